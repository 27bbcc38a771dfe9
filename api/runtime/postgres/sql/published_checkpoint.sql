-- The latest checkpoint of a tree that enough witnesses have cosigned, with what they signed; the
-- latest at all, while there is none.
WITH published AS (
    SELECT tree, incarnation, coalesce(
        (
            SELECT max(c.size)
            FROM {schema}.cosignatures AS c
            WHERE (c.tree, c.incarnation) = (trees.tree, trees.incarnation) AND c.is_enough
        ),
        trees.size
    ) AS size
    FROM {schema}.trees
    WHERE tree = %(tree)b
)
SELECT
    size,
    note || coalesce(
        (
            SELECT string_agg(signature, '' ORDER BY witness)
            FROM {schema}.cosignatures AS c
            WHERE (c.tree, c.incarnation, c.size)
                = (published.tree, published.incarnation, published.size)
        ),
        ''
    ),
    sealed_at
FROM published
JOIN {schema}.checkpoints USING (tree, incarnation, size)

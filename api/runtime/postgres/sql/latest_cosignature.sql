-- The latest checkpoint of a tree that enough witnesses have cosigned, and when they last did.
WITH latest AS (
    SELECT tree, incarnation, (
        SELECT max(c.size)
        FROM {schema}.cosignatures AS c
        WHERE (c.tree, c.incarnation) = (trees.tree, trees.incarnation) AND c.is_enough
    ) AS size
    FROM {schema}.trees
    WHERE tree = %(tree)b
)
SELECT size, max(kept_at)
FROM latest
JOIN {schema}.cosignatures USING (tree, incarnation, size)
GROUP BY size

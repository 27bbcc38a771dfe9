-- The tiles of a tree that are asked for and there, in the order of Tile.
SELECT level, number, hashes
FROM {schema}.tree_tiles
JOIN unnest(%(levels)b::smallint[], %(numbers)b::bigint[]) AS asked (level, number)
    USING (level, number)
WHERE tree = %(tree)b

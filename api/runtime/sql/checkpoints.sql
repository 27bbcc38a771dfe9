-- All checkpoints of a tree, in the order of their sizes.
SELECT size, note
FROM {schema}.checkpoints
WHERE tree = %(tree)b
ORDER BY size

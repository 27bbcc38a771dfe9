-- The latest checkpoint of a tree, and when it was signed.
SELECT size, note, sealed_at
FROM {schema}.checkpoints
WHERE tree = %(tree)b
ORDER BY incarnation DESC, size DESC
LIMIT 1

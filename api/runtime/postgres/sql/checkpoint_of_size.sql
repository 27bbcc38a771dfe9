-- The checkpoint of a tree that covers so many leaves, and when it was signed.
SELECT size, note, sealed_at
FROM {schema}.checkpoints
WHERE tree = %(tree)b AND size = %(size)b::bigint
ORDER BY incarnation DESC
LIMIT 1

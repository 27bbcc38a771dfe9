-- When a tree was last recomputed from its rows, how far, and what was wrong.
SELECT verified_at, size, finding
FROM {schema}.verifications
WHERE tree = %(tree)b
ORDER BY verified_at DESC
LIMIT 1

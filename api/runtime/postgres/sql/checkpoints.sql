-- All checkpoints of a tree with their cosignatures, in the order in which they were signed.
SELECT size, note || coalesce(string_agg(signature, '' ORDER BY witness), '')
FROM {schema}.checkpoints
LEFT JOIN {schema}.cosignatures USING (tree, incarnation, size)
WHERE tree = %(tree)b
GROUP BY tree, incarnation, size, note
ORDER BY incarnation, size

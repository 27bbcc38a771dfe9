-- Which incarnation a tree's log is in, and the line that its checkpoints say of that.
SELECT incarnation, restored
FROM {schema}.trees
LEFT JOIN {schema}.incarnations USING (tree, incarnation)
WHERE tree = %(tree)b

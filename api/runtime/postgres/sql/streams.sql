-- What streams hold beyond the version that is known of each, without events of some names; but
-- always the last one, which tells the version. In the order of StreamedEvent's fields.
SELECT e.stream, e.version, e.name, e.payload
FROM unnest(%(streams)b::uuid[], %(versions)b::int[]) AS known (stream, version)
CROSS JOIN LATERAL (
    SELECT l.version FROM {schema}.events AS l
    WHERE l.stream = known.stream ORDER BY l.version DESC LIMIT 1
) AS head
JOIN {schema}.events AS e ON e.stream = known.stream AND e.version > known.version
WHERE e.name <> ALL (%(left_out)b::text[]) OR e.version = head.version
ORDER BY e.stream, e.version

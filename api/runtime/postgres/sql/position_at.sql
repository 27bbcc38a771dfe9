-- The last position that was recorded by a moment. With the position, the moment of recording never
-- goes back, and positions are dense: halving finds it, and no append pays for an index.
WITH RECURSIVE search (low, high) AS (
    SELECT 0::bigint, (SELECT position FROM {schema}.events_head WHERE only_row)
    UNION ALL
    SELECT
        CASE WHEN middle.recorded_at <= %(moment)b THEN middle.position ELSE search.low END,
        CASE WHEN middle.recorded_at <= %(moment)b THEN search.high ELSE middle.position - 1 END
    FROM search
    CROSS JOIN LATERAL (
        SELECT position, recorded_at FROM {schema}.events
        WHERE position = (search.low + search.high + 1) / 2 LIMIT 1
    ) AS middle
    WHERE search.low < search.high
)
SELECT low FROM search WHERE low = high

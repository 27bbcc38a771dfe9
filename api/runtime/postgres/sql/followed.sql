-- What followers look at, in the order of UnreadFact's arguments.
SELECT position, stream, version, name, occurred_at, recorded_at, actor, unit, payload
FROM {schema}.events

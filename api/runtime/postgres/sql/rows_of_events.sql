-- What a leaf of the events' tree binds, in the order in which it does, the position before it.
SELECT
    position, salt, recorded_at, stream, version, name, schema_version, occurred_at,
    actor, unit, command, correlation, payload
FROM {schema}.events

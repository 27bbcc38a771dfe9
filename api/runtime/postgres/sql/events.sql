-- In the order of LoggedEvent's fields.
SELECT
    stream, version, name, payload, position, schema_version, occurred_at, recorded_at,
    actor, unit, command, correlation, salt
FROM {schema}.events

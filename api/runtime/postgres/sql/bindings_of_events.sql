-- What binds each of the events: SHA-256 over its columns, the salt first, each behind its length, as
-- a binary COPY of rows_of_events spells them.
SELECT position, sha256(
    int4send(length(salt)) || salt
    || '\x00000008'::bytea || timestamptz_send(recorded_at)
    || '\x00000010'::bytea || uuid_send(stream)
    || '\x00000004'::bytea || int4send(version)
    || int4send(octet_length(name)) || convert_to(name, 'UTF8')
    || '\x00000002'::bytea || int2send(schema_version)
    || '\x00000008'::bytea || timestamptz_send(occurred_at)
    || '\x00000010'::bytea || uuid_send(actor)
    || int4send(octet_length(unit)) || convert_to(unit, 'UTF8')
    || '\x00000010'::bytea || uuid_send(command)
    || '\x00000010'::bytea || uuid_send(correlation)
    || int4send(length(payload)) || payload
) AS binding
FROM {schema}.events
WHERE position > %(after)b AND position <= %(until)b

-- How many events there are in a span, and the hashes of their leaves behind each other. An entry is
-- the position and what binds the row: SHA-256 over its columns, the salt first, each behind its
-- length, as a binary COPY of them spells it.
SELECT
    count(*),
    coalesce(string_agg(sha256('\x00'::bytea || int8send(position) || sha256(
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
    )), ''::bytea ORDER BY position), ''::bytea)
FROM {schema}.events
WHERE position > %(after)b AND position <= %(until)b

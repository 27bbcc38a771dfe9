-- How many receipts there are in a span, and the hashes of their leaves: as of the events.
SELECT
    count(*),
    coalesce(string_agg(sha256('\x00'::bytea || int8send(position) || sha256(
        int4send(length(salt)) || salt
        || '\x00000008'::bytea || timestamptz_send(recorded_at)
        || '\x00000010'::bytea || uuid_send(id)
        || '\x00000008'::bytea || int8send(event_position)
        || int4send(octet_length(key)) || convert_to(key, 'UTF8')
        || int4send(length(body)) || body
    )), ''::bytea ORDER BY position), ''::bytea)
FROM {schema}.receipts
WHERE position > %(after)b AND position <= %(until)b

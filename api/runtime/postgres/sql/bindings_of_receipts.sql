-- What binds each of the receipts: SHA-256 over its columns, the salt first, each behind its length, as
-- a binary COPY of rows_of_receipts spells them.
SELECT position, sha256(
    int4send(length(salt)) || salt
    || '\x00000008'::bytea || timestamptz_send(recorded_at)
    || '\x00000010'::bytea || uuid_send(id)
    || '\x00000008'::bytea || int8send(event_position)
    || int4send(octet_length(key)) || convert_to(key, 'UTF8')
    || int4send(length(body)) || body
) AS binding
FROM {schema}.receipts
WHERE position > %(after)b AND position <= %(until)b

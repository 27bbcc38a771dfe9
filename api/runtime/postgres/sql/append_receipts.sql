SELECT pg_catalog.unnest({schema}.append_receipts(
    ids => %(ids)b::uuid[],
    event_positions => %(event_positions)b::bigint[],
    keys => %(keys)b::text[],
    salts => %(salts)b::bytea[],
    bodies => %(bodies)b::bytea[]
))

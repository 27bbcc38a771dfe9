SELECT outcome, first_position, last_position, body_mac, moved_stream
FROM {schema}.append_events(
    commands => %(commands)b::uuid[],
    correlations => %(correlations)b::uuid[],
    body_macs => %(body_macs)b::bytea[],
    actors => %(actors)b::uuid[],
    units => %(units)b::text[],
    chosen_moments => %(chosen_moments)b::timestamptz[],
    expectation_counts => %(expectation_counts)b::int[],
    event_counts => %(event_counts)b::int[],
    streams => %(streams)b::uuid[],
    expected_streams => %(expected_streams)b::int[],
    expected_versions => %(expected_versions)b::int[],
    event_streams => %(event_streams)b::int[],
    versions => %(versions)b::int[],
    names => %(names)b::text[],
    schema_versions => %(schema_versions)b::smallint[],
    occurred_at => %(occurred_at)b::timestamptz[],
    payloads => %(payloads)b::bytea[],
    salts => %(salts)b::bytea[]
)

-- Appends: what the commands of one call have recorded, all in one commit.
--
-- The function runs with the owner's rights while the projector's role may create functions in
-- this schema. So every function called below is either named with its schema or is one whose
-- signature in pg_catalog matches exactly; and pg_temp comes last in the search_path.

-- Judges the appends of a call in order, each against the heads as the accepted ones before it
-- left them: 'appended', 'duplicate' (the command is in the log: what was kept of it), or
-- 'conflict' (a stream that it wrote or only read has moved: one such stream, no positions). Each
-- answer leaves out only its own append; a malformed append fails the whole call.
--
-- A call names each command and each stream once. Expectations and events stand behind each other
-- in the order of their appends, and point into `streams`.
CREATE FUNCTION append_events(
    -- one per append
    commands uuid[],
    correlations uuid[],
    body_macs bytea[],
    actors uuid[],
    units text[],
    chosen_moments timestamptz[],  -- NULL: the clock's; others only on a database marked as demo
    expectation_counts int[],
    event_counts int[],
    -- one per stream that any append names
    streams uuid[],
    -- one per expectation
    expected_streams int[],
    expected_versions int[],
    -- one per event
    event_streams int[],
    versions int[],
    names text[],
    schema_versions smallint[],
    occurred_at timestamptz[],
    payloads bytea[],
    salts bytea[]
)
RETURNS TABLE (
    outcome text, first_position bigint, last_position bigint, body_mac bytea, moved_stream uuid
)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path FROM CURRENT
-- Plans are made once per session, perhaps while the tables are empty: they must be right for full
-- ones, too.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    head bigint;
    clock timestamptz;
    is_demo boolean;
    heads int[];                -- per stream: its version, as the accepted appends leave it
    known bigint[];             -- per append: NULL unless its command is in the log
    first_positions bigint[];   -- per append: NULL unless accepted
    last_positions bigint[];
    moments timestamptz[];
    positions bigint[];         -- per event: NULL unless its append is accepted
    owners int[];               -- per event: its append
    first_expectation int;
    last_expectation int := 0;
    first_event int;
    last_event int := 0;
BEGIN
    -- The lock comes first, alone. Every later statement has a fresh snapshot, which sees all that
    -- whoever held the lock before has committed. In the same statement as the lock, the judgement
    -- would be made on what stood there before the wait.
    SELECT h.position, h.recorded_at, h.demo INTO STRICT head, clock, is_demo
    FROM events_head AS h WHERE h.only_row FOR UPDATE;

    IF (SELECT pg_catalog.count(DISTINCT s) FROM pg_catalog.unnest(streams) AS s)
        <> pg_catalog.cardinality(streams)
    THEN
        RAISE EXCEPTION 'a call names each stream once' USING ERRCODE = 'check_violation';
    END IF;
    heads := ARRAY(
        SELECT coalesce(
            (SELECT e.version FROM events AS e WHERE e.stream = s.id ORDER BY e.version DESC LIMIT 1),
            0
        )
        FROM pg_catalog.unnest(streams) WITH ORDINALITY AS s (id, place) ORDER BY s.place
    );
    known := ARRAY(
        SELECT (SELECT k.first_position FROM commands AS k WHERE k.command = c.id)
        FROM pg_catalog.unnest(commands) WITH ORDINALITY AS c (id, place) ORDER BY c.place
    );

    <<appends>>
    FOR a IN 1 .. pg_catalog.cardinality(commands) LOOP
        first_expectation := last_expectation + 1;
        last_expectation := last_expectation + expectation_counts[a];
        first_event := last_event + 1;
        last_event := last_event + event_counts[a];
        first_position := 0; last_position := 0; body_mac := NULL; moved_stream := NULL;

        IF known[a] IS NOT NULL THEN
            SELECT 'duplicate', k.first_position, k.last_position, k.body_mac
            INTO outcome, first_position, last_position, body_mac
            FROM commands AS k WHERE k.command = commands[a];
            RETURN NEXT;
            CONTINUE appends;
        END IF;

        FOR x IN first_expectation .. last_expectation LOOP
            IF heads[expected_streams[x]] IS DISTINCT FROM expected_versions[x] THEN
                outcome := 'conflict';
                moved_stream := streams[expected_streams[x]];
                RETURN NEXT;
                CONTINUE appends;
            END IF;
        END LOOP;

        IF event_counts[a] > 200 THEN
            RAISE EXCEPTION 'a command records at most 200 facts'
                USING ERRCODE = 'check_violation';
        END IF;
        IF chosen_moments[a] IS NOT NULL AND NOT is_demo THEN
            RAISE EXCEPTION 'recorded_at is chosen only on a database marked as demo'
                USING ERRCODE = 'check_violation';
        END IF;

        outcome := 'appended';
        clock := greatest(clock, coalesce(chosen_moments[a], pg_catalog.clock_timestamp()));
        first_position := head + 1;
        FOR e IN first_event .. last_event LOOP
            IF versions[e] IS DISTINCT FROM heads[event_streams[e]] + 1 THEN
                RAISE EXCEPTION 'a stream''s versions count from 1 without gaps'
                    USING ERRCODE = 'check_violation';
            END IF;
            heads[event_streams[e]] := versions[e];
            head := head + 1;
            positions[e] := head;
            owners[e] := a;
        END LOOP;
        last_position := head;
        first_positions[a] := first_position;
        last_positions[a] := last_position;
        moments[a] := clock;
        RETURN NEXT;
    END LOOP;

    INSERT INTO events
    SELECT
        positions[e], streams[event_streams[e]], versions[e], names[e], schema_versions[e],
        occurred_at[e], moments[owners[e]], actors[owners[e]], units[owners[e]],
        commands[owners[e]], correlations[owners[e]], payloads[e], salts[e]
    FROM pg_catalog.generate_series(1, last_event) AS e
    WHERE positions[e] IS NOT NULL;

    INSERT INTO commands
    SELECT commands[a], body_macs[a], first_positions[a], last_positions[a], moments[a]
    FROM pg_catalog.generate_series(1, pg_catalog.cardinality(commands)) AS a
    WHERE first_positions[a] IS NOT NULL;

    IF FOUND THEN
        UPDATE events_head SET position = head, recorded_at = clock WHERE only_row;
    END IF;
END;
$$;

-- Only before anything is recorded: the head's own trigger sees to that.
CREATE FUNCTION mark_as_demo() RETURNS void LANGUAGE sql
BEGIN ATOMIC
    UPDATE events_head SET demo = true WHERE only_row;
END;

CREATE FUNCTION forget_commands(before timestamptz) RETURNS bigint LANGUAGE sql SECURITY DEFINER
BEGIN ATOMIC
    WITH forgotten AS (DELETE FROM commands WHERE recorded_at < before RETURNING 1)
    SELECT count(*) FROM forgotten;
END;

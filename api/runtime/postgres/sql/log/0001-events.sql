-- The event log: every fact the house knows, in one order, without gaps, for ever.

CREATE TABLE events (
    position bigint PRIMARY KEY,
    stream uuid NOT NULL,
    version int NOT NULL CHECK (version > 0),
    name text NOT NULL,
    schema_version smallint NOT NULL,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    actor uuid NOT NULL,
    unit text NOT NULL,
    command uuid NOT NULL,
    correlation uuid NOT NULL,
    payload bytea NOT NULL CONSTRAINT a_fact_holds_at_most_64_kib CHECK (length(payload) <= 65536),
    salt bytea NOT NULL CHECK (length(salt) = 32),
    UNIQUE (stream, version)
);

-- The counter. Whoever appends locks this row first and holds it to the end of the commit: that
-- makes the order of commits the order of positions, so nobody ever reads past a hole.
CREATE TABLE events_head (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    position bigint NOT NULL DEFAULT 0,
    recorded_at timestamptz NOT NULL DEFAULT 'epoch',
    demo boolean NOT NULL DEFAULT false  -- a generator may choose recorded_at
) WITH (fillfactor = 10);
INSERT INTO events_head DEFAULT VALUES;

-- What tells a command sent twice from two commands; forgotten after a while (forget_commands).
CREATE TABLE commands (
    command uuid PRIMARY KEY,
    body_mac bytea NOT NULL,
    first_position bigint NOT NULL,
    last_position bigint NOT NULL,  -- first_position - 1: the command changed nothing
    recorded_at timestamptz NOT NULL
);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the log only grows: % of % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END;
$$;

CREATE TRIGGER the_log_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER the_head_stays BEFORE DELETE OR TRUNCATE ON events_head
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER the_head_only_moves_forward BEFORE UPDATE ON events_head
    FOR EACH ROW
    WHEN (
        NEW.position < OLD.position
        OR NEW.recorded_at < OLD.recorded_at
        OR NEW.demo <> OLD.demo AND OLD.position > 0
    )
    EXECUTE FUNCTION refuse_change();

-- ALWAYS: session_replication_role does not silence them.
ALTER TABLE events ENABLE ALWAYS TRIGGER the_log_only_grows;
ALTER TABLE events_head ENABLE ALWAYS TRIGGER the_head_stays;
ALTER TABLE events_head ENABLE ALWAYS TRIGGER the_head_only_moves_forward;

-- The access log: a receipt for every answer with personal or case data, durable before the answer
-- leaves. Positions are dense from 1, as those of the events are, and for the same reason.

CREATE TABLE receipts (
    position bigint PRIMARY KEY,
    id uuid NOT NULL UNIQUE,  -- a receipt sent again after a lost reply is the same receipt
    recorded_at timestamptz NOT NULL,
    event_position bigint NOT NULL,  -- what the answer reflected
    key text NOT NULL,
    salt bytea NOT NULL CHECK (length(salt) = 32),
    body bytea NOT NULL CONSTRAINT a_receipt_holds_at_most_256_kib CHECK (length(body) <= 262144)
);

CREATE TABLE receipts_head (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    position bigint NOT NULL DEFAULT 0,
    recorded_at timestamptz NOT NULL DEFAULT 'epoch'
) WITH (fillfactor = 10);
INSERT INTO receipts_head DEFAULT VALUES;

CREATE TRIGGER the_log_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON receipts
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER the_head_stays BEFORE DELETE OR TRUNCATE ON receipts_head
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER the_head_only_moves_forward BEFORE UPDATE ON receipts_head
    FOR EACH ROW WHEN (NEW.position < OLD.position OR NEW.recorded_at < OLD.recorded_at)
    EXECUTE FUNCTION refuse_change();
ALTER TABLE receipts ENABLE ALWAYS TRIGGER the_log_only_grows;
ALTER TABLE receipts_head ENABLE ALWAYS TRIGGER the_head_stays;
ALTER TABLE receipts_head ENABLE ALWAYS TRIGGER the_head_only_moves_forward;

-- The positions of the given receipts, in their order; one that is in the log already keeps its
-- own. Locks first and names its functions with their schema: see append_events.
CREATE FUNCTION append_receipts(
    ids uuid[], event_positions bigint[], keys text[], salts bytea[], bodies bytea[]
)
RETURNS bigint[]
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path FROM CURRENT
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET jit = off
AS $$
DECLARE
    old_head bigint;
    head bigint;
    clock timestamptz;
    positions bigint[];
BEGIN
    SELECT h.position, h.recorded_at INTO STRICT old_head, clock
    FROM receipts_head AS h WHERE h.only_row FOR UPDATE;

    clock := greatest(clock, pg_catalog.clock_timestamp());
    positions := ARRAY(
        SELECT (SELECT r.position FROM receipts AS r WHERE r.id = g.id)
        FROM pg_catalog.unnest(ids) WITH ORDINALITY AS g (id, place) ORDER BY g.place
    );
    head := old_head;
    FOR n IN 1 .. pg_catalog.cardinality(ids) LOOP
        IF positions[n] IS NULL THEN
            head := head + 1;
            positions[n] := head;
        END IF;
    END LOOP;

    INSERT INTO receipts
    SELECT positions[n], ids[n], clock, event_positions[n], keys[n], salts[n], bodies[n]
    FROM pg_catalog.generate_series(1, pg_catalog.cardinality(ids)) AS n
    WHERE positions[n] > old_head;

    UPDATE receipts_head SET position = head, recorded_at = clock WHERE only_row;
    RETURN positions;
END;
$$;

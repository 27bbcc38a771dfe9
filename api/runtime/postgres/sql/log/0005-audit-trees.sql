-- The audit trees over the two logs: a leaf for every row, its index the row's position minus one.
-- Entries are made of the rows when they are asked for; here stand hashes and what was signed.

CREATE TABLE trees (
    tree text PRIMARY KEY,
    size bigint NOT NULL DEFAULT 0  -- leaves that the latest checkpoint covers
) WITH (fillfactor = 10);
INSERT INTO trees (tree) VALUES ('events'), ('receipts');

-- Hashes of the nodes of height 8 * level, from place 256 * number on.
CREATE TABLE tree_tiles (
    tree text NOT NULL REFERENCES trees,
    level smallint NOT NULL CHECK (level >= 0),
    number bigint NOT NULL CHECK (number >= 0),
    hashes bytea NOT NULL CHECK (length(hashes) BETWEEN 32 AND 8192 AND length(hashes) % 32 = 0),
    PRIMARY KEY (tree, level, number)
);

-- One for each size, ever: two of one size with different roots would be a lie to somebody.
CREATE TABLE checkpoints (
    tree text NOT NULL REFERENCES trees,
    size bigint NOT NULL,
    note text NOT NULL,
    sealed_at timestamptz NOT NULL,
    PRIMARY KEY (tree, size)
);

-- What came of recomputing a tree from its rows, by the house itself, night after night.
CREATE TABLE verifications (
    tree text NOT NULL REFERENCES trees,
    verified_at timestamptz NOT NULL,
    size bigint NOT NULL,
    finding text,  -- the first thing that is wrong; none, when the tree holds
    PRIMARY KEY (tree, verified_at)
);

CREATE TRIGGER trees_only_grow BEFORE UPDATE ON trees
    FOR EACH ROW WHEN (NEW.size <= OLD.size OR NEW.tree <> OLD.tree)
    EXECUTE FUNCTION refuse_change();
CREATE TRIGGER trees_stay BEFORE DELETE OR TRUNCATE ON trees
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER tiles_only_grow BEFORE UPDATE ON tree_tiles
    FOR EACH ROW WHEN (
        (NEW.tree, NEW.level, NEW.number) <> (OLD.tree, OLD.level, OLD.number)
        OR substring(NEW.hashes FOR length(OLD.hashes)) <> OLD.hashes
    )
    EXECUTE FUNCTION refuse_change();
CREATE TRIGGER tiles_stay BEFORE DELETE OR TRUNCATE ON tree_tiles
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER checkpoints_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON checkpoints
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE trees ENABLE ALWAYS TRIGGER trees_only_grow;
ALTER TABLE trees ENABLE ALWAYS TRIGGER trees_stay;
ALTER TABLE tree_tiles ENABLE ALWAYS TRIGGER tiles_only_grow;
ALTER TABLE tree_tiles ENABLE ALWAYS TRIGGER tiles_stay;
ALTER TABLE checkpoints ENABLE ALWAYS TRIGGER checkpoints_stay;

-- Lets a tree grow from one size to another: true; false when it no longer has the old one, because
-- another sealer was there first. Then nothing is written. That alone makes sealing exactly once,
-- whoever was paused, killed or doubled.
CREATE FUNCTION seal_tree(
    grown text, old_size bigint, new_size bigint,
    levels smallint[], numbers bigint[], tiles bytea[],
    note text
)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
BEGIN
    UPDATE trees SET size = new_size WHERE tree = grown AND size = old_size;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO tree_tiles AS t
    SELECT grown, levels[n], numbers[n], tiles[n]
    FROM pg_catalog.generate_series(1, pg_catalog.cardinality(levels)) AS n
    ON CONFLICT (tree, level, number) DO UPDATE SET hashes = EXCLUDED.hashes;
    INSERT INTO checkpoints VALUES (grown, new_size, note, pg_catalog.clock_timestamp());
    RETURN true;
END;
$$;

CREATE FUNCTION note_verification(verified text, size bigint, finding text) RETURNS void
LANGUAGE sql SECURITY DEFINER
BEGIN ATOMIC
    INSERT INTO verifications
    VALUES (verified, pg_catalog.clock_timestamp(), note_verification.size, note_verification.finding);
END;

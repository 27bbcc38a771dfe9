-- What others have seen of the trees: cosignatures of witnesses. And what a restored log says of
-- itself: that it is another incarnation of the one whose last leaves were lost.

ALTER TABLE trees ADD COLUMN incarnation int NOT NULL DEFAULT 1;
ALTER TABLE checkpoints ADD COLUMN incarnation int NOT NULL DEFAULT 1;
ALTER TABLE checkpoints DROP CONSTRAINT checkpoints_pkey;
ALTER TABLE checkpoints ADD PRIMARY KEY (tree, incarnation, size);

-- Each but the first: what the log had when it was restored, and the last checkpoint that anybody
-- knew of the incarnation before.
CREATE TABLE incarnations (
    tree text NOT NULL REFERENCES trees,
    incarnation int NOT NULL CHECK (incarnation > 1),
    restored text NOT NULL,  -- the line that its checkpoints say of it
    last_known text NOT NULL,  -- a note
    declared_at timestamptz NOT NULL,
    PRIMARY KEY (tree, incarnation)
);

CREATE TABLE cosignatures (
    tree text NOT NULL REFERENCES trees,
    incarnation int NOT NULL,
    size bigint NOT NULL,
    witness text NOT NULL,  -- its public key
    signature text NOT NULL,  -- its line of the note
    is_enough boolean NOT NULL,  -- with it, the policy of the day was met
    kept_at timestamptz NOT NULL,
    PRIMARY KEY (tree, incarnation, size, witness)
);
CREATE INDEX cosigned_enough ON cosignatures (tree, incarnation, size) WHERE is_enough;

DROP TRIGGER trees_only_grow ON trees;
CREATE TRIGGER trees_only_grow BEFORE UPDATE ON trees
    FOR EACH ROW WHEN (
        NEW.tree <> OLD.tree
        OR NOT (
            (NEW.incarnation = OLD.incarnation AND NEW.size > OLD.size)
            OR (NEW.incarnation = OLD.incarnation + 1 AND NEW.size >= OLD.size)
        )
    )
    EXECUTE FUNCTION refuse_change();
ALTER TABLE trees ENABLE ALWAYS TRIGGER trees_only_grow;
CREATE TRIGGER incarnations_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON incarnations
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE incarnations ENABLE ALWAYS TRIGGER incarnations_stay;

-- As before; and only in the incarnation that the sealer knows.
DROP FUNCTION seal_tree;
CREATE FUNCTION seal_tree(
    grown text, lived int, old_size bigint, new_size bigint,
    levels smallint[], numbers bigint[], tiles bytea[],
    note text
)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
BEGIN
    UPDATE trees SET size = new_size
    WHERE tree = grown AND incarnation = lived AND size = old_size;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO tree_tiles AS t
    SELECT grown, levels[n], numbers[n], tiles[n]
    FROM pg_catalog.generate_series(1, pg_catalog.cardinality(levels)) AS n
    ON CONFLICT (tree, level, number) DO UPDATE SET hashes = EXCLUDED.hashes;
    INSERT INTO checkpoints (tree, incarnation, size, note, sealed_at)
    VALUES (grown, lived, new_size, note, pg_catalog.clock_timestamp());
    RETURN true;
END;
$$;

-- The log goes on as another incarnation, from what is there. By the owner alone.
CREATE FUNCTION declare_incarnation(
    grown text, lived int, old_size bigint, new_size bigint,
    levels smallint[], numbers bigint[], tiles bytea[],
    note text, restored text, last_known text
)
RETURNS boolean
LANGUAGE plpgsql VOLATILE
SET search_path FROM CURRENT
AS $$
BEGIN
    UPDATE trees SET incarnation = lived + 1, size = new_size
    WHERE tree = grown AND incarnation = lived AND size = old_size;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO tree_tiles AS t
    SELECT grown, levels[n], numbers[n], tiles[n]
    FROM pg_catalog.generate_series(1, pg_catalog.cardinality(levels)) AS n
    ON CONFLICT (tree, level, number) DO UPDATE SET hashes = EXCLUDED.hashes;
    INSERT INTO checkpoints (tree, incarnation, size, note, sealed_at)
    VALUES (grown, lived + 1, new_size, note, pg_catalog.clock_timestamp());
    INSERT INTO incarnations
    VALUES (grown, lived + 1, restored, last_known, pg_catalog.clock_timestamp());
    RETURN true;
END;
$$;

-- Of one witness and checkpoint the latest, which tells the latest time.
CREATE FUNCTION keep_cosignature(
    cosigned text, lived int, size bigint, witness text, signature text, enough boolean
)
RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER
BEGIN ATOMIC
    INSERT INTO cosignatures
    VALUES (
        cosigned, lived, keep_cosignature.size, keep_cosignature.witness,
        keep_cosignature.signature, enough, pg_catalog.clock_timestamp()
    )
    ON CONFLICT (tree, incarnation, size, witness) DO UPDATE
    SET signature = EXCLUDED.signature,
        is_enough = cosignatures.is_enough OR EXCLUDED.is_enough,
        kept_at = EXCLUDED.kept_at;
END;

-- The vault: wrapped keys and the blind index, and nothing else.
-- Function bodies are BEGIN ATOMIC: their names are bound here, so no search_path can bend them.

-- A key that never existed has no row, an active one is wrapped, an erased one is a tombstone:
-- its row stays, so that nobody makes the key anew, and its wrapped key is gone.
CREATE TABLE keys (
    name text PRIMARY KEY,
    version smallint NOT NULL DEFAULT 1,
    wrapped bytea,
    wrapped_by text,  -- the version of the key-encryption key
    made_at timestamptz NOT NULL DEFAULT now(),
    erased_at timestamptz,
    CHECK ((wrapped IS NULL) = (erased_at IS NOT NULL)),
    CHECK ((wrapped IS NULL) = (wrapped_by IS NULL)),
    CONSTRAINT the_vaults_own_keys_stay CHECK (wrapped IS NOT NULL OR name NOT LIKE 'vault/%')
);

-- Vacuum soon after every erasure, not after the usual fifth of the table: until then the wrapped
-- key still stands in the dead row. (What is left in pg_wal and backups lives for days.)
ALTER TABLE keys SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 0);

-- Digests are HMACs under a key per compartment: without that key numbers cannot be enumerated,
-- and one person's rows in two compartments have nothing in common. One person may have two
-- numbers (a coordination number, later a personal number), so `person` is not unique.
CREATE TABLE people_by_number (
    compartment text,
    digest bytea CHECK (length(digest) = 32),
    person uuid NOT NULL,
    PRIMARY KEY (compartment, digest)
);
CREATE INDEX ON people_by_number (person);

-- Makes the keys that are missing and answers all that were asked for, tombstones included. The
-- second statement has a snapshot of its own: it sees what a concurrent creator, for whom the first
-- one waited, has committed. Everybody locks in the order of names, so nobody deadlocks.
CREATE FUNCTION ensure_keys(names text[], wrapped_keys bytea[], wrapped_by_versions text[])
RETURNS TABLE (name text, version smallint, wrapped bytea, wrapped_by text)
LANGUAGE sql
BEGIN ATOMIC
    INSERT INTO keys (name, wrapped, wrapped_by)
    SELECT * FROM unnest(names, wrapped_keys, wrapped_by_versions) AS made (name) ORDER BY made.name
    ON CONFLICT DO NOTHING;
    SELECT k.name, k.version, k.wrapped, k.wrapped_by FROM keys AS k WHERE k.name = ANY (names);
END;

-- Tombstones for the named keys, also for those that never existed: none of them can be made
-- later. The people leave the blind index.
CREATE FUNCTION erase_keys(names text[], people uuid[])
RETURNS void
LANGUAGE sql SECURITY DEFINER
BEGIN ATOMIC
    INSERT INTO keys AS k (name, erased_at)
    SELECT DISTINCT unnest(names) AS name, now() ORDER BY name
    ON CONFLICT (name) DO UPDATE SET wrapped = NULL, wrapped_by = NULL, erased_at = now()
    WHERE k.wrapped IS NOT NULL;
    DELETE FROM people_by_number WHERE person = ANY (people);
END;

-- Exchanges wrapped keys for the same keys wrapped anew, only where the row still holds what was
-- rewrapped: a key erased in between stays erased.
CREATE FUNCTION rewrap_keys(names text[], old_keys bytea[], new_keys bytea[], new_versions text[])
RETURNS bigint
LANGUAGE sql SECURITY DEFINER
BEGIN ATOMIC
    SELECT FROM keys WHERE name = ANY (names) ORDER BY name FOR UPDATE;
    WITH rewrapped AS (
        UPDATE keys AS k SET wrapped = r.new_key, wrapped_by = r.new_version
        FROM unnest(names, old_keys, new_keys, new_versions)
            AS r (name, old_key, new_key, new_version)
        WHERE k.name = r.name AND k.wrapped = r.old_key
        RETURNING 1
    )
    SELECT count(*) FROM rewrapped;
END;

-- The person behind a number: the candidate when there was none. Two first contacts at once get
-- the same answer, for the reason given at ensure_keys.
CREATE FUNCTION reserve_person(in_compartment text, of_digest bytea, candidate uuid)
RETURNS uuid
LANGUAGE sql
BEGIN ATOMIC
    INSERT INTO people_by_number (compartment, digest, person)
    VALUES (in_compartment, of_digest, candidate)
    ON CONFLICT DO NOTHING;
    SELECT person FROM people_by_number
    WHERE compartment = in_compartment AND digest = of_digest;
END;

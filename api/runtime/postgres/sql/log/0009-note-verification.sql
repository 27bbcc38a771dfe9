-- Whoever may note what came of a verification must not note one that cannot have been: a tree holds
-- as far as a checkpoint of it, and an empty one before the first. What is wrong can always be noted.
CREATE OR REPLACE FUNCTION note_verification(verified text, size bigint, finding text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
BEGIN
    IF note_verification.finding IS NULL AND note_verification.size <> ALL (
        SELECT c.size FROM checkpoints AS c WHERE c.tree = verified
        UNION ALL
        SELECT 0 WHERE NOT EXISTS (SELECT FROM checkpoints AS c WHERE c.tree = verified)
    ) THEN
        RAISE EXCEPTION 'no checkpoint of % has % entries', verified, note_verification.size
            USING ERRCODE = 'check_violation';
    END IF;
    INSERT INTO verifications
    VALUES (verified, pg_catalog.clock_timestamp(), note_verification.size, note_verification.finding);
END;
$$;

-- What a sender calls what it has sent, as a blind index: whether something arrived is answered
-- without opening a single sealed value.
--
-- Digests are HMACs under a key per sender: one sender's references and another's have nothing in
-- common. One message may be several referrals, so a reference may lead to more than one.
CREATE TABLE referrals_by_reference (
    sender text,
    digest bytea CHECK (length(digest) = 32),
    referral uuid,
    PRIMARY KEY (sender, digest, referral)
);
CREATE INDEX ON referrals_by_reference (referral);

-- As before; and the referrals leave their index.
DROP FUNCTION erase_keys(text[], uuid[]);
CREATE FUNCTION erase_keys(names text[], people uuid[], referrals uuid[])
RETURNS void
LANGUAGE sql SECURITY DEFINER
BEGIN ATOMIC
    INSERT INTO keys AS k (name, erased_at)
    SELECT DISTINCT unnest(names) AS name, now() ORDER BY name
    ON CONFLICT (name) DO UPDATE SET wrapped = NULL, wrapped_by = NULL, erased_at = now()
    WHERE k.wrapped IS NOT NULL;
    DELETE FROM people_by_number WHERE person = ANY (people);
    DELETE FROM referrals_by_reference WHERE referral = ANY (referrals);
END;

-- Who may forget commands must not forget those of today, whatever it asks for: an act that is sent
-- again would be done twice. They are kept for 30 days (api/runtime/forgetting.py).
CREATE OR REPLACE FUNCTION forget_commands(before timestamptz) RETURNS bigint
LANGUAGE sql SECURITY DEFINER
BEGIN ATOMIC
    WITH forgotten AS (
        DELETE FROM commands
         WHERE recorded_at < least(before, now() - interval '30 days') RETURNING 1
    )
    SELECT count(*) FROM forgotten;
END;

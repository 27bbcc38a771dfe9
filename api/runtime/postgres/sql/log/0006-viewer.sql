-- Whether a session has said for whom it reads: without that, the views show it no row (row
-- security, in projections/tables.sql). It says so when it connects, by the option samordna.viewer;
-- so the answer is the same for as long as the session lives, the planner finds it once for each
-- statement and a plan holds nothing of it. (A condition that is asked when the plan runs would keep
-- every index from being used whose operator is not leakproof, as that of lists is not.)
CREATE FUNCTION a_viewer_is_set() RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(pg_catalog.current_setting('samordna.viewer', true), '') <> '';

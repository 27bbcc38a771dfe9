-- Who may do what in the vault: the whole of it, granted anew after every migration.
--
--   vault  adds keys, people and references, and reads; what it may change or take away has a function's name
--
-- Erasing, rewrapping, releasing and cleaning functions write with their owner's rights.
DO $$
DECLARE
    house text := pg_catalog.current_schema();  -- %1$I below; %2$I vault
    statement text;
BEGIN
    FOREACH statement IN ARRAY ARRAY[
        'GRANT USAGE ON SCHEMA %1$I TO %2$I',
        'GRANT SELECT, INSERT ON keys, people_by_number, referrals_by_reference TO %2$I',
        'GRANT SELECT ON _yoyo_migration TO %2$I',
        'REVOKE EXECUTE ON FUNCTION ensure_keys, erase_keys, rewrap_keys, reserve_person, release_number, leave_no_remains FROM PUBLIC',
        'GRANT EXECUTE ON FUNCTION ensure_keys, erase_keys, rewrap_keys, reserve_person, release_number, leave_no_remains TO %2$I'
    ]
    LOOP
        EXECUTE pg_catalog.format(statement, house, house || '_vault');
    END LOOP;
END;
$$;

-- Who may do what in this schema: the whole of it, granted anew after every migration.
--
--   server     appends, seals and forgets through functions, reads the logs and the projector's views
--   projector  reads the logs, makes and owns its views
--   auditor    reads the logs
--
-- The logs themselves are written by nobody; the functions write with their owner's rights.
DO $$
DECLARE
    house text := pg_catalog.current_schema();  -- %1$I below; %2$I server, %3$I projector, %4$I auditor
    statement text;
BEGIN
    FOREACH statement IN ARRAY ARRAY[
        'GRANT USAGE ON SCHEMA %1$I TO %2$I, %3$I, %4$I',
        'GRANT SELECT ON events, events_head, receipts, receipts_head TO %2$I, %3$I, %4$I',
        'GRANT SELECT ON trees, tree_tiles, checkpoints TO %2$I, %4$I',
        'GRANT SELECT ON commands TO %2$I',
        'GRANT SELECT ON _yoyo_migration TO %2$I, %3$I, %4$I',
        'REVOKE EXECUTE ON FUNCTION append_events, append_receipts, forget_commands, seal_tree FROM PUBLIC',
        'GRANT EXECUTE ON FUNCTION append_events, append_receipts, forget_commands, seal_tree TO %2$I',
        'GRANT CREATE ON SCHEMA %1$I TO %3$I',
        -- The server reads what the projector will make. To say so, the owner acts as the projector.
        'GRANT %3$I TO CURRENT_USER',
        'ALTER DEFAULT PRIVILEGES FOR ROLE %3$I IN SCHEMA %1$I GRANT SELECT ON TABLES TO %2$I'
    ]
    LOOP
        EXECUTE pg_catalog.format(
            statement, house, house || '_server', house || '_projector', house || '_auditor'
        );
    END LOOP;
END;
$$;

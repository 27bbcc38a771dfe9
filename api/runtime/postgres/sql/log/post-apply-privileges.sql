-- Who may do what in this schema: the whole of it, granted anew after every migration.
--
--   server     writes: appends, seals and forgets through functions; reads the logs
--   projector  reads the logs, makes and owns its views
--   reader     reads the views, and of the logs how far they have come
--   auditor    reads the logs
--
-- The logs themselves are written by nobody; the functions write with their owner's rights. The
-- owner migrates, and nothing else connects as the owner.
DO $$
DECLARE
    house text := pg_catalog.current_schema();
    -- %1$I below; %2$I server, %3$I projector, %4$I auditor, %5$I reader
    statement text;
    view pg_catalog.regclass;
BEGIN
    FOREACH statement IN ARRAY ARRAY[
        'GRANT USAGE ON SCHEMA %1$I TO %2$I, %3$I, %4$I, %5$I',
        'GRANT SELECT ON events, events_head, receipts, receipts_head TO %2$I, %3$I, %4$I',
        'GRANT SELECT ON trees, tree_tiles, checkpoints, cosignatures, incarnations, verifications TO %2$I, %4$I',
        'GRANT SELECT ON events_head, receipts_head TO %5$I',
        'GRANT SELECT (position, recorded_at) ON events, receipts TO %5$I',
        'GRANT SELECT ON commands TO %2$I',
        'GRANT SELECT ON _yoyo_migration TO %2$I, %3$I, %4$I, %5$I',
        'REVOKE EXECUTE ON FUNCTION append_events, append_receipts, forget_commands, seal_tree, note_verification, keep_cosignature FROM PUBLIC',
        'REVOKE EXECUTE ON FUNCTION mark_as_demo, declare_incarnation FROM PUBLIC',
        'GRANT EXECUTE ON FUNCTION append_events, append_receipts, forget_commands, seal_tree, note_verification, keep_cosignature TO %2$I',
        'GRANT CREATE ON SCHEMA %1$I TO %3$I',
        -- The reader reads what the projector will make. To say so, the owner acts as the projector.
        'GRANT %3$I TO CURRENT_USER',
        'ALTER DEFAULT PRIVILEGES FOR ROLE %3$I IN SCHEMA %1$I REVOKE SELECT ON TABLES FROM %2$I',
        'ALTER DEFAULT PRIVILEGES FOR ROLE %3$I IN SCHEMA %1$I GRANT SELECT ON TABLES TO %5$I'
    ]
    LOOP
        EXECUTE pg_catalog.format(
            statement,
            house,
            house || '_server',
            house || '_projector',
            house || '_auditor',
            house || '_reader'
        );
    END LOOP;
    -- Views that were there before the reader was.
    FOR view IN
        SELECT c.oid FROM pg_catalog.pg_class AS c
        WHERE c.relnamespace = house::pg_catalog.regnamespace AND c.relkind = 'r'
            AND c.relowner = (house || '_projector')::pg_catalog.regrole
    LOOP
        EXECUTE pg_catalog.format('REVOKE ALL ON %s FROM %I', view, house || '_server');
        EXECUTE pg_catalog.format('GRANT SELECT ON %s TO %I', view, house || '_reader');
    END LOOP;
END;
$$;

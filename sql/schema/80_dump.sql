SELECT pg_catalog.pg_extension_config_dump('engram.space', '');
SELECT pg_catalog.pg_extension_config_dump('engram.memory', '');
SELECT pg_catalog.pg_extension_config_dump('engram.memory_history', '');
SELECT pg_catalog.pg_extension_config_dump('engram.cold', '');
SELECT pg_catalog.pg_extension_config_dump('engram.trace', '');
SELECT pg_catalog.pg_extension_config_dump('engram.association', '');
SELECT pg_catalog.pg_extension_config_dump('engram.cue_alias', '');
SELECT pg_catalog.pg_extension_config_dump('engram.audit', '');
SELECT pg_catalog.pg_extension_config_dump('engram.watch', '');
SELECT pg_catalog.pg_extension_config_dump('engram.feedback', '');
SELECT pg_catalog.pg_extension_config_dump('engram.evidence', '');
SELECT pg_catalog.pg_extension_config_dump('engram.supersession', '');
SELECT pg_catalog.pg_extension_config_dump('engram.citation', '');
SELECT pg_catalog.pg_extension_config_dump('engram.consolidation_run', '');
SELECT pg_catalog.pg_extension_config_dump('engram.consolidation_snapshot', '');
SELECT pg_catalog.pg_extension_config_dump('engram.belief_event', '');
SELECT pg_catalog.pg_extension_config_dump('engram.belief', '');
SELECT pg_catalog.pg_extension_config_dump('engram.lineage', '');
SELECT pg_catalog.pg_extension_config_dump('engram.consolidation_touch', '');
SELECT pg_catalog.pg_extension_config_dump('engram.consolidation', '');
SELECT pg_catalog.pg_extension_config_dump('engram.retention', '');
SELECT pg_catalog.pg_extension_config_dump('engram.decay', '');
-- Registered without rows: derived, or bound to the transactions of one cluster.
SELECT pg_catalog.pg_extension_config_dump('engram.warm', 'WHERE false');
SELECT pg_catalog.pg_extension_config_dump('engram.change', 'WHERE false');
SELECT pg_catalog.pg_extension_config_dump('engram.snapshot_token', 'WHERE false');
SELECT pg_catalog.pg_extension_config_dump('engram.change_horizon', 'WHERE false');
SELECT pg_catalog.pg_extension_config_dump('engram.progress', 'WHERE false');
SELECT pg_catalog.pg_extension_config_dump('engram.usage', 'WHERE false');
SELECT pg_catalog.pg_extension_config_dump('engram.announcement', 'WHERE false');
SELECT pg_catalog.pg_extension_config_dump('engram.consolidation_seen', 'WHERE false');
SELECT pg_catalog.pg_extension_config_dump('engram.worker_paused', 'WHERE false');
SELECT pg_catalog.pg_extension_config_dump('engram.reembedding', 'WHERE false');
SELECT pg_catalog.pg_extension_config_dump('engram.reembedded', 'WHERE false');

-- pg_restore -j loads tables side by side: rows that name a memory may come before it. So the half of the foreign keys that checks
-- inserted rows is off, and associations, which others than the extension write, are checked by engram.association_after, except in
-- COPY; the half that deletes with the memory stays.
DO $engram$
DECLARE
    t record;
BEGIN
    FOR t IN
        SELECT c.tgname, c.tgrelid::pg_catalog.regclass AS relation
        FROM pg_catalog.pg_trigger c
        JOIN pg_catalog.pg_class r ON r.oid OPERATOR(pg_catalog.=) c.tgrelid
        JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) r.relnamespace
        WHERE n.nspname OPERATOR(pg_catalog.=) 'engram'
          AND c.tgfoid OPERATOR(pg_catalog.=) 'pg_catalog."RI_FKey_check_ins"'::pg_catalog.regproc
          AND c.tgenabled OPERATOR(pg_catalog.<>) 'D'
    LOOP
        EXECUTE pg_catalog.format('ALTER TABLE %s DISABLE TRIGGER %I', t.relation, t.tgname);
    END LOOP;
END
$engram$;

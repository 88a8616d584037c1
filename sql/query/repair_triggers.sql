DO $$
DECLARE
    t record;
BEGIN
    FOR t IN SELECT c.tgname, c.tgrelid::pg_catalog.regclass AS relation
             FROM pg_catalog.pg_trigger c
             WHERE c.tgrelid OPERATOR(pg_catalog.=) ANY (ARRAY['engram.memory', 'engram.cold', 'engram.association', 'engram.space', 'engram.cue_alias', 'engram.feedback']::pg_catalog.regclass[])
               AND c.tgname::pg_catalog.text OPERATOR(pg_catalog.~) '^engram_'
               AND NOT c.tgisinternal
               AND c.tgenabled OPERATOR(pg_catalog.<>) 'A'
    LOOP
        EXECUTE pg_catalog.format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', t.relation, t.tgname);
    END LOOP;
    -- See 80_dump.sql: these stay off.
    FOR t IN SELECT c.tgname, c.tgrelid::pg_catalog.regclass AS relation
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
$$

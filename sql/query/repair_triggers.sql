DO $$
DECLARE
    t record;
BEGIN
    FOR t IN SELECT c.tgname, c.tgrelid::pg_catalog.regclass AS relation
             FROM pg_catalog.pg_trigger c
             WHERE c.tgrelid OPERATOR(pg_catalog.=) ANY (ARRAY['engram.memory', 'engram.cold', 'engram.association', 'engram.space', 'engram.cue_alias']::pg_catalog.regclass[])
               AND c.tgname::pg_catalog.text OPERATOR(pg_catalog.~) '^engram_'
               AND NOT c.tgisinternal
               AND c.tgenabled OPERATOR(pg_catalog.<>) 'A'
    LOOP
        EXECUTE pg_catalog.format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', t.relation, t.tgname);
    END LOOP;
END
$$

\echo Use "ALTER EXTENSION engram UPDATE" to load this file. \quit

-- Every statement may be run again. Functions whose arguments change are dropped and made anew: the library keeps the
-- entry points of the former version, so that sessions work between the new library and this script.

-- A space that comes after its memories, as in a restore, decides how they are read.
CREATE OR REPLACE TRIGGER engram_after AFTER INSERT OR UPDATE OR DELETE ON engram.space
    FOR EACH ROW EXECUTE FUNCTION engram.space_after();
ALTER TABLE engram.space ENABLE ALWAYS TRIGGER engram_after;

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

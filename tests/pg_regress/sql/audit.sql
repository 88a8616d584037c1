-- Who destroyed or configured what, without a word of what it was.
CREATE VIEW audit_of AS
SELECT a.space, a.action, a.actor, a.session_actor = session_user AS by_session, a.id, a.detail
FROM engram.audit a WHERE a.space LIKE 'audit%' ORDER BY a.entry;
SET engram.space = 'audit';
SELECT engram_remember('the zubosecret of the pier number ' || n, id => known_id(n)) IS NOT NULL AS stored FROM generate_series(1, 3) n;
SELECT engram_remember('bulk ' || n, id => known_id(n), metadata => '{"bulk": true}') IS NOT NULL AS stored FROM generate_series(11, 15) n;
TABLE audit_of;
SELECT engram_forget(known_id(1)), engram_forget(known_id(1)), engram_forget(known_id(1), 'restore');
SELECT engram_update(known_id(2), 'the zubosecret of the quay');
SELECT engram_supersede(known_id(2), known_id(3));
SELECT engram_forget(known_id(1), 'delete');
SELECT engram_forget_where('{"bulk": true}'), engram_forget_where('{"bulk": false}');
SELECT action, actor = current_user AS by_me, by_session, id, detail FROM audit_of;
-- Nothing that was refused or changed nothing is there; a rollback takes its entry along.
TRUNCATE engram.audit;
SELECT attempt($$SELECT engram_forget(known_id(1), 'delete')$$);
BEGIN;
SELECT engram_forget(known_id(2), 'delete');
ROLLBACK;
SELECT count(*) FROM audit_of;
-- Plain SQL: one entry for each statement and space.
UPDATE engram.memory SET source = 'log' WHERE space = 'audit' AND id IN (known_id(11), known_id(12));
UPDATE engram.memory SET source = 'log' WHERE space = 'audit' AND id = known_id(13);
UPDATE engram.memory SET source = 'log' WHERE space = 'nowhere';
INSERT INTO engram.memory (space, id, content) VALUES ('audit', known_id(20), 'twenty'), ('audit_b', known_id(21), 'twenty-one');
DELETE FROM engram.memory WHERE id IN (known_id(11), known_id(12), known_id(20), known_id(21));
WITH gone AS (DELETE FROM engram.memory WHERE space = 'audit' AND id = known_id(13) RETURNING space)
UPDATE engram.memory m SET source = 'x' FROM gone WHERE m.space = gone.space AND m.id = known_id(14);
SELECT space, action, id, detail FROM audit_of ORDER BY space, action, detail, id;
-- A statement that ends in part: only what stays is counted.
TRUNCATE engram.audit;
CREATE FUNCTION half(wanted uuid) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    BEGIN
        DELETE FROM engram.memory WHERE space = 'audit' AND id = wanted;
        RAISE division_by_zero;
    EXCEPTION WHEN division_by_zero THEN
        RETURN true;
    END;
END
$$;
SELECT half(known_id(15));
DELETE FROM engram.memory WHERE space = 'audit' AND id = known_id(14) AND half(known_id(15));
SELECT space, action, id, detail FROM audit_of;
-- Spaces
SELECT engram_configure_space('audit', readers => '{pg_monitor}', quota_memories => 100);
SELECT action, id, detail FROM audit_of;
SELECT engram_drop_space('audit');
SELECT action, id, detail FROM audit_of;
-- Off, and on again.
BEGIN;
SET LOCAL engram.audit = off;
SELECT engram_remember('off the record', space => 'audit', id => known_id(30));
SELECT engram_forget(known_id(30), 'delete', 'audit');
COMMIT;
SELECT count(*) FROM audit_of;
-- Who sees and writes it. A space made anew is another one.
CREATE ROLE audit_ann IN ROLE engram_writer;
CREATE ROLE audit_boss IN ROLE engram_admin;
SELECT engram_drop_space('audit');
TRUNCATE engram.audit;
SET ROLE audit_ann;
SELECT engram_remember('mine', space => 'audit_ann', id => known_id(40));
SELECT engram_forget(known_id(40), 'delete', 'audit_ann');
SELECT action, actor, session_actor = session_user AS by_session, id FROM engram.audit;
SELECT attempt($$DELETE FROM engram.audit$$), attempt($$UPDATE engram.audit SET actor = 'nobody'$$),
       attempt($$INSERT INTO engram.audit (space, entry, actor, action) VALUES ('audit_ann', known_id(1), 'x', 'y')$$);
SELECT attempt($$SET engram.audit = off$$), attempt($$SELECT * FROM engram.usage$$);
SELECT engram_drop_space('audit_ann');
SELECT engram_create_space('audit_ann');
SELECT count(*) FROM engram.audit;
SET ROLE audit_boss;
SELECT action, actor, id, detail FROM engram.audit ORDER BY entry;
RESET ROLE;
SELECT tables_with($$t::text LIKE '%zubosecret%'$$);
-- TRUNCATE is noted for every space.
BEGIN;
TRUNCATE engram.audit;
TRUNCATE engram.memory CASCADE;
SELECT count(*) = (SELECT count(*) FROM engram.space) AS all_spaces, array_agg(DISTINCT action) FROM engram.audit;
ROLLBACK;
SELECT engram_drop_space('audit_ann');
DROP VIEW audit_of;
DROP FUNCTION half;
DROP OWNED BY audit_ann, audit_boss;
DROP ROLE audit_ann, audit_boss;

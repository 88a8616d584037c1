CREATE ROLE regress_ana LOGIN IN ROLE engram_writer;
CREATE ROLE regress_ben LOGIN IN ROLE engram_writer;
CREATE ROLE regress_reader LOGIN IN ROLE engram_reader;
CREATE ROLE regress_admin LOGIN IN ROLE engram_admin;
CREATE ROLE regress_nobody LOGIN;
CREATE ROLE regress_gone;
-- Nobody without a role of ours uses the functions.
SET ROLE regress_nobody;
SELECT attempt($$SELECT engram_remember('x')$$);
SELECT attempt($$SELECT * FROM engram_version()$$);
SELECT attempt($$SELECT count(*) FROM engram.memory$$);
SELECT attempt($$SELECT engram.may_read('default')$$);
SET ROLE regress_reader;
SELECT attempt($$SELECT engram_remember('x')$$);
SELECT attempt($$INSERT INTO engram.memory (content) VALUES ('x')$$);
-- A space made by remembering belongs to who remembered.
SET ROLE regress_ana;
SELECT engram_remember('Ana''s secret', space => 'of_ana', id => known_id(1));
SELECT engram_create_space('shared', readers => '{regress_reader, regress_gone}', writers => '{regress_ben}');
SELECT engram_remember('For all', space => 'shared', id => known_id(2));
SELECT space, owner_role FROM engram.space ORDER BY space COLLATE "C";
-- A forbidden space answers as a missing one, a forbidden memory too.
SET ROLE regress_ben;
SELECT space, owner_role FROM engram.space ORDER BY space COLLATE "C";
SELECT content FROM engram.memory ORDER BY id;
SELECT content FROM engram.memories ORDER BY id;
SELECT attempt($$SELECT engram_forget(known_id(1), space => 'of_ana')$$);
SELECT attempt($$SELECT engram_forget(known_id(1), space => 'of_nobody')$$);
SELECT attempt($$SELECT engram_remember('x', space => 'of_ana')$$);
SELECT attempt($$SELECT engram_drop_space('of_ana')$$);
SELECT attempt($$SELECT engram_configure_space('of_ana', writers => '{regress_ben}')$$);
SELECT attempt($$SELECT engram_create_space('of_ana')$$);
SELECT attempt($$INSERT INTO engram.memory (space, content) VALUES ('of_ana', 'x')$$);
SELECT attempt($$INSERT INTO engram.memory (space, content) VALUES ('of_nobody', 'x')$$);
-- Not even its dimensions show.
RESET ROLE;
SELECT engram_remember('vector', embedding => '[1,0,0]', space => 'of_ana', id => known_id(4));
SET ROLE regress_ben;
SELECT attempt($$INSERT INTO engram.memory (space, content, embedding) VALUES ('of_ana', 'x', '[1,0]')$$);
UPDATE engram.memory SET content = 'changed' WHERE space = 'of_ana';
DELETE FROM engram.memory WHERE space = 'of_ana';
-- A member writes, and does not rule.
SELECT engram_remember('Ben adds', space => 'shared', id => known_id(3));
SELECT engram_associate(known_id(2), known_id(3), space => 'shared');
SELECT engram_update(known_id(2), 'For all, says Ben', space => 'shared');
SELECT content, replaced_by FROM engram.memory_history WHERE space = 'shared';
SELECT attempt($$SELECT engram_drop_space('shared')$$);
SELECT attempt($$SELECT engram_configure_space('shared', readers => '{}')$$);
SELECT attempt($$SELECT engram_create_space('for_ana', owner => 'regress_ana')$$);
SELECT attempt($$INSERT INTO engram.space (space) VALUES ('x')$$);
SELECT attempt($$DELETE FROM engram.memory_history$$);
SELECT attempt($$SELECT count(*) FROM engram.change$$);
SELECT attempt($$UPDATE engram.memory SET space = 'of_ana' WHERE space = 'shared'$$);
-- A reader reads.
SET ROLE regress_reader;
SELECT content FROM engram.memories ORDER BY id;
SELECT content FROM engram.memory_history;
SELECT attempt($$DELETE FROM engram.memory$$);
-- An administrator sees and rules spaces, and reads no memories.
SET ROLE regress_admin;
SELECT space FROM engram.space WHERE owner_role LIKE 'regress%' ORDER BY space COLLATE "C";
SELECT count(*) FROM engram.memory WHERE space IN ('of_ana', 'shared');
SELECT attempt($$SELECT engram_configure_space('of_ana', owner => 'regress_admin')$$);
SELECT attempt($$SELECT engram_forget(known_id(1), space => 'of_ana')$$);
SELECT engram_configure_space('of_ana', language => 'german');
SELECT engram_create_space('for_ben', owner => 'regress_ben');
-- Names of roles that are gone match nobody and raise nothing.
RESET ROLE;
DROP ROLE regress_gone;
SET ROLE regress_ben;
SELECT count(*) FROM engram.memory WHERE space = 'shared';
SELECT count(*) FROM engram.space WHERE space = 'shared';
-- Trigger functions are not to be borrowed.
RESET ROLE;
CREATE SCHEMA regress_ben AUTHORIZATION regress_ben;
SET ROLE regress_ben;
CREATE TABLE regress_ben.t (space text, id uuid);
SELECT attempt($$CREATE TRIGGER t BEFORE INSERT ON regress_ben.t FOR EACH ROW EXECUTE FUNCTION engram.memory_before()$$);
-- Operators of the caller's do not run with the rights of the owner.
CREATE FUNCTION regress_ben.trap(text, text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    RAISE NOTICE 'trap as %', current_user;
    RETURN true;
END $$;
CREATE OPERATOR regress_ben.= (LEFTARG = text, RIGHTARG = text, FUNCTION = regress_ben.trap);
SET search_path = regress_ben, pg_catalog, public;
SELECT engram_remember('no trap', space => 'trapped', id => public.known_id(5));
SELECT engram_update(public.known_id(5), 'no trap at all', space => 'trapped');
SELECT engram_forget(public.known_id(5), 'delete', space => 'trapped');
SELECT engram_drop_space('trapped');
RESET search_path;
RESET ROLE;
DROP SCHEMA regress_ben CASCADE;
-- What was written past the functions, or while its space was dropped, is not shown to the next owner of the name.
INSERT INTO engram.memory (space, id, content) VALUES ('left_over', known_id(6), 'nobody''s');
SET ROLE regress_ben;
SELECT attempt($$SELECT engram_remember('x', space => 'left_over')$$);
SELECT attempt($$SELECT engram_create_space('left_over')$$);
SELECT count(*) FROM engram.space WHERE space = 'left_over';
RESET ROLE;
DELETE FROM engram.memory WHERE space = 'left_over';
-- The owner drops.
SET ROLE regress_ana;
SELECT engram_drop_space('shared');
SET ROLE regress_admin;
SELECT engram_drop_space('of_ana'), engram_drop_space('for_ben');
RESET ROLE;
SELECT count(*) FROM engram.space WHERE owner_role LIKE 'regress%';
SELECT count(*) FROM engram.memory WHERE space IN ('of_ana', 'shared');
DROP ROLE regress_ana, regress_ben, regress_reader, regress_admin, regress_nobody;

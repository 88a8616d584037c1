SELECT engram_create_space('spaces', dimensions => 2, language => 'German');
SELECT space, dimensions, language, reader_roles, writer_roles FROM engram.space WHERE space = 'spaces';
SELECT attempt($$SELECT engram_remember('x', embedding => '[1]', space => 'spaces')$$);
SELECT engram_configure_space('spaces', dimensions => 3, language => 'none');
SELECT dimensions, language FROM engram.space WHERE space = 'spaces';
SELECT engram_remember('x', embedding => '[1,0,0]', space => 'spaces', id => known_id(1));
SELECT attempt($$SELECT engram_configure_space('spaces', dimensions => 2)$$);
SELECT engram_configure_space('spaces', dimensions => 3);
SELECT engram_remember('y', space => 'spaces', id => known_id(2));
SELECT engram_associate(known_id(1), known_id(2), space => 'spaces');
SELECT engram_update(known_id(1), 'z', space => 'spaces');
-- Dropping is transactional and takes everything.
BEGIN;
SELECT engram_drop_space('spaces');
SELECT count(*) FROM engram.memory WHERE space = 'spaces';
ROLLBACK;
SELECT count(*) FROM engram.memory WHERE space = 'spaces';
SELECT engram_drop_space('spaces');
-- What it held is noted for a reload, and nowhere else.
SELECT tables_with($$to_jsonb(t) ->> 'space' = 'spaces'$$);
SELECT what, count(*) FROM engram.change WHERE space = 'spaces' AND id = known_id(2) GROUP BY what;
SELECT attempt($$SELECT engram_forget(known_id(1), space => 'spaces')$$);
-- A space of that name starts afresh.
SELECT engram_remember('x', embedding => '[1,0]', space => 'spaces', id => known_id(1));
SELECT dimensions FROM engram.space WHERE space = 'spaces';
SELECT engram_drop_space('spaces');

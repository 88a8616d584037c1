-- Another encoder for a space.
SET engram.space = 'reembed';
SELECT engram_create_space('reembed', dimensions => 3);
SELECT engram_remember('Ana keeps the boat in Saltmere', '[1,0,0]', id => known_id(1));
SELECT engram_remember('the ferry was painted green', '[0,1,0]', id => known_id(2));
SELECT engram_remember('bread is dear', '[0,0,1]', id => known_id(3));
SELECT engram_remember('nothing but words', id => known_id(4));
-- Arguments
SELECT attempt($$SELECT engram.reembed_step('reembed', 'other', NULL, 0)$$);
SELECT attempt($$SELECT engram.reembed_step('reembed', NULL, NULL, 10)$$);
SELECT attempt($$SELECT engram.reembed_step('reembed', 'none', NULL, 10)$$);
SELECT attempt($$SELECT engram.reembed_step('reembed', 'built-in', 3, 10)$$);
SELECT attempt($$SELECT engram.reembed_step('reembed', 'other', 20000, 10)$$);
SELECT attempt($$SELECT engram.reembed_step('nowhere', 'built-in', NULL, 10)$$);
SELECT attempt($$SELECT engram_reembed_put(known_id(1), '[1,2]')$$);
SELECT engram_reembed_cancel();
-- To the built-in encoder, in batches of one: until it is done, the space answers by the former one.
SELECT state, memories FROM engram.reembed_step('reembed', 'built-in', NULL, 1);
SELECT space, encoder, dimensions, state, memories, embedded FROM engram.stat_reembedding;
SELECT id FROM engram_recall(embedding => '[0,1,0]', k => 1, reinforce => false);
SELECT attempt($$SELECT engram.reembed_step('reembed', 'other', 4, 1)$$);
SELECT attempt($$SELECT engram_reembed_put(known_id(1), '[1,2]')$$);
-- What changes behind, what is new, and what is gone
SELECT engram_update(known_id(1), 'Ana sold the boat');
SELECT engram_remember('a late one', '[1,1,0]', id => known_id(0));
SELECT engram_forget(known_id(3), 'delete');
CALL engram_reembed('reembed', batch => 2);
SELECT dimensions, encoder = (SELECT encoder FROM engram.memory WHERE space = 'reembed' AND id = known_id(2)) AS ours
FROM engram.space WHERE space = 'reembed';
SELECT m.id, m.embedding = engram_embed(m.content) AS is_of_content FROM engram.memory m WHERE space = 'reembed' ORDER BY id;
SELECT count(*) FROM engram.stat_reembedding;
SELECT count(*) FROM engram.reembedded;
SELECT id FROM engram_recall('what became of the boat', k => 1, reinforce => false);
SELECT attempt($$SELECT * FROM engram_recall(embedding => '[0,1,0]', k => 1)$$);
SELECT * FROM engram_check();
-- Once more changes nothing.
CALL engram_reembed('reembed');
-- To one outside: the application hands in what waits.
CALL engram_reembed('reembed', 'their-model', 2);
CALL engram_reembed('reembed', 'their-model', 2);
SELECT id, content, digest = md5(content)::uuid AS same FROM engram.reembedding_pending ORDER BY id;
SELECT attempt($$SELECT engram_reembed_put(known_id(1), '[1,2,3]')$$);
SELECT attempt($$SELECT engram_reembed_put(known_id(1), '[0,0]')$$);
SELECT attempt($$SELECT engram_reembed_put(known_id(99), '[1,0]')$$);
SELECT engram_reembed_put(known_id(1), '[1,0]', digest => md5('something else')::uuid);
SELECT count(engram_reembed_put(id, '[0,1]', digest => digest)) FROM engram.reembedding_pending WHERE id <> known_id(1);
SELECT engram_reembed_put(known_id(1), '[1,0]');
SELECT engram_update(known_id(2), 'the ferry was painted red');
SELECT id, content FROM engram.reembedding_pending;
CALL engram_reembed('reembed', 'their-model');
SELECT engram_reembed_put(known_id(2), '[1,1]');
CALL engram_reembed('reembed', 'their-model');
SELECT dimensions, encoder FROM engram.space WHERE space = 'reembed';
SELECT id, embedding, encoder FROM engram.memory WHERE space = 'reembed' ORDER BY id;
SELECT id FROM engram_recall(embedding => '[1,0.1]', k => 1, reinforce => false);
SELECT * FROM engram_check();
-- A vector of the former encoder that got in at the last moment is no match, and is replaced.
SET session_replication_role = replica;
ALTER TABLE engram.memory DISABLE TRIGGER engram_before;
INSERT INTO engram.memory (space, id, content, embedding, encoder, occurred_at, changed)
VALUES ('reembed', known_id(7), 'of the former encoder', '[1,0.1]', 'engram-of-old', now(), pg_current_xact_id());
ALTER TABLE engram.memory ENABLE ALWAYS TRIGGER engram_before;
RESET session_replication_role;
SELECT id, similarity IS NULL AS none FROM engram_recall('former encoder', embedding => '[1,0.1]', k => 9, reinforce => false) WHERE id = known_id(7);
CALL engram_reembed('reembed', 'their-model');
SELECT engram_reembed_put(known_id(7), '[0.5,0.5]');
CALL engram_reembed('reembed', 'their-model');
SELECT embedding, encoder FROM engram.memory WHERE space = 'reembed' AND id = known_id(7);
SELECT count(*) FROM engram.stat_reembedding;
-- Giving up
CALL engram_reembed('reembed', 'third-model', 5);
SELECT engram_reembed_put(known_id(1), '[1,2,3,4,5]');
SELECT engram_reembed_cancel(), engram_reembed_cancel();
SELECT (SELECT count(*) FROM engram.stat_reembedding), (SELECT count(*) FROM engram.reembedded);
-- Rights
CREATE ROLE reembed_writer;
GRANT engram_writer TO reembed_writer;
GRANT USAGE ON SCHEMA public TO reembed_writer;
SELECT engram_configure_space('reembed', writers => '{reembed_writer}');
CALL engram_reembed('reembed', 'third-model', 5);
SET ROLE reembed_writer;
SELECT attempt($$SELECT engram.reembed_step('reembed', 'third-model', 5, 10)$$), attempt($$SELECT engram_reembed_cancel()$$);
SELECT count(*) FROM engram.reembedding_pending;
SELECT engram_reembed_put(known_id(1), '[1,2,3,4,5]');
SELECT attempt($$INSERT INTO engram.reembedded VALUES ('reembed', known_id(2), known_id(2), NULL)$$);
RESET ROLE;
SELECT engram_drop_space('reembed');
SELECT (SELECT count(*) FROM engram.reembedding), (SELECT count(*) FROM engram.reembedded);
DROP OWNED BY reembed_writer;
DROP ROLE reembed_writer;

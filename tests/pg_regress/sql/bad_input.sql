SET engram.space = 'bad_input';
SELECT engram_remember('The first embedding decides', embedding => '[1,0,0]', id => known_id(1));
SELECT engram_remember('Another', id => known_id(2));
-- Content
SELECT attempt($$SELECT engram_remember('')$$);
SELECT attempt($$SELECT engram_remember(E' \n\t ')$$);
SELECT attempt($$SELECT engram_remember(NULL)$$);
SELECT attempt($$SELECT engram_remember(repeat('x', 1048577))$$);
SELECT attempt($$SELECT engram_remember(repeat('x', 1048576), id => known_id(3))$$);
-- Vectors
SELECT attempt($$SELECT engram_remember('x', embedding => '[1,2]')$$);
SELECT attempt($$SELECT engram_remember('x', embedding => '[0,0,0]')$$);
SELECT attempt($$SELECT engram_remember('x', embedding => '[NaN,0,0]')$$);
SELECT attempt($$SELECT engram_remember('x', embedding => '[Infinity,0,0]')$$);
-- Confidence
SELECT attempt($$SELECT engram_remember('x', confidence => -0.1)$$);
SELECT attempt($$SELECT engram_remember('x', confidence => 1.1)$$);
SELECT attempt($$SELECT engram_remember('x', confidence => 'NaN')$$);
-- Names
SELECT attempt($$SELECT engram_remember('x', space => repeat('s', 65))$$);
SELECT attempt($$SELECT engram_remember('x', space => ' ')$$);
SELECT attempt($$SELECT engram_remember('x', kind => '')$$);
SELECT attempt($$SELECT engram_remember('x', kind => repeat('k', 65))$$);
SELECT attempt($$SELECT engram_remember('x', cues => ARRAY[repeat('c', 101)])$$);
SELECT attempt($$SELECT engram_remember('x', cues => array_agg('c' || n)) FROM generate_series(1, 129) AS n$$);
SELECT attempt($$SELECT engram_remember('x', metadata => '[1]')$$);
-- Batches say where
SELECT attempt($$SELECT engram_remember_many('{"content": "x"}')$$);
SELECT attempt($$SELECT engram_remember_many('[{"content": "x"}, 7]')$$);
SELECT attempt($$SELECT engram_remember_many('[{"content": "x"}, {"contents": "x"}]')$$);
SELECT attempt($$SELECT engram_remember_many('[{"content": "x"}, {"content": " "}]')$$);
SELECT attempt($$SELECT engram_remember_many('[{"content": "x"}, {}]')$$);
SELECT attempt($$SELECT engram_remember_many('[{"content": "x"}, {"content": "y", "embedding": [1]}]')$$);
SELECT attempt($$SELECT engram_remember_many('[{"content": "x"}, {"content": "y"}, {"content": "z", "confidence": 2}]')$$);
SELECT attempt($$SELECT engram_remember_many('[{"content": "x"}, {"content": "y", "id": "no uuid"}]')$$);
SELECT attempt($$SELECT engram_remember_many(('[{"content": "x"}, {"content": "y", "id": "' || known_id(1) || '"}]')::jsonb)$$);
SELECT attempt($$SELECT engram_remember_many(NULL)$$);
-- Nothing came of it.
SELECT count(*) FROM engram.memory WHERE space = 'bad_input';
-- Spaces, ids, kinds, modes that do not exist
SELECT attempt($$SELECT engram_forget(known_id(1), space => 'nowhere')$$);
SELECT attempt($$SELECT engram_forget(known_id(9))$$);
SELECT attempt($$SELECT engram_forget(NULL)$$);
SELECT attempt($$SELECT engram_forget(known_id(1), 'destroy')$$);
SELECT attempt($$SELECT engram_forget_where()$$);
SELECT attempt($$SELECT engram_forget_where('{}')$$);
SELECT attempt($$SELECT engram_forget_where('[]')$$);
SELECT attempt($$SELECT engram_forget_where(kinds => '{note}', space => 'nowhere')$$);
SELECT attempt($$SELECT engram_update(known_id(9), 'x')$$);
SELECT attempt($$SELECT engram_update(known_id(1), ' ')$$);
SELECT attempt($$SELECT engram_update(known_id(1), 'x', embedding => '[1]')$$);
SELECT attempt($$SELECT engram_update(known_id(1), 'x', mode => 'guess')$$);
SELECT attempt($$SELECT engram_supersede(known_id(1), known_id(1))$$);
SELECT attempt($$SELECT engram_supersede(known_id(1), known_id(9))$$);
SELECT attempt($$SELECT engram_associate(known_id(1), known_id(1))$$);
SELECT attempt($$SELECT engram_associate(known_id(1), known_id(9))$$);
SELECT attempt($$SELECT engram_associate(known_id(1), known_id(2), 'magic')$$);
SELECT attempt($$SELECT engram_associate(known_id(1), known_id(2), weight => 0)$$);
SELECT attempt($$SELECT engram_associate(known_id(1), known_id(2), weight => 1.5)$$);
SELECT attempt($$SELECT engram_associate(known_id(1), known_id(2), weight => 'NaN')$$);
SELECT attempt($$SELECT engram_dissociate(known_id(1), known_id(2), 'magic')$$);
SELECT attempt($$SELECT engram_drop_space('nowhere')$$);
SELECT attempt($$SELECT engram_configure_space('nowhere')$$);
SELECT attempt($$SELECT engram_create_space('bad_input')$$);
SELECT attempt($$SELECT engram_create_space('s', dimensions => 0)$$);
SELECT attempt($$SELECT engram_create_space('s', dimensions => 16001)$$);
SELECT attempt($$SELECT engram_create_space('s', language => 'klingon')$$);
SELECT attempt($$SELECT engram_create_space('s', readers => '{nobody_of_that_name}')$$);
SELECT attempt($$SELECT engram_configure_space('bad_input', dimensions => 4)$$);
SET engram.create_spaces = off;
SELECT attempt($$SELECT engram_remember('x', space => 'not_made')$$);
RESET engram.create_spaces;
SELECT id, left(content, 30) AS content FROM engram.memory WHERE space = 'bad_input' ORDER BY id;
SELECT count(*) FROM engram.memory_history WHERE space = 'bad_input';

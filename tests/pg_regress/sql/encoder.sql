-- The built-in encoder, and spaces whose vectors come from outside.
SET engram.builtin_encoder = on;
SELECT vector_dims(engram_embed('The ferry sails at eight')) AS dimensions,
       round((1 - (engram_embed('The ferry sails at eight') <=> engram_embed('the ferry sails at eight')))::numeric, 4) AS same_words,
       (engram_embed('a boat on the sea') <=> engram_embed('a ship on the ocean')) < (engram_embed('a boat on the sea') <=> engram_embed('tax law')) AS nearer;
SELECT engram_embed('') IS NULL AS nothing, engram_embed(NULL) IS NULL AS no_text;
-- The first memory decides.
SET engram.space = 'ours';
SELECT engram_remember('the ferry to the island was cancelled', id => known_id(1));
SELECT engram_remember('the orchard bore pears', id => known_id(2));
SELECT encoder ~ '^engram-' AS built_in, dimensions FROM engram.space WHERE space = 'ours';
SELECT right(id::text, 1) AS memory, vector_dims(embedding) AS dimensions, encoder = (SELECT encoder FROM engram.space WHERE space = 'ours') AS built_in
FROM engram.memory WHERE space = 'ours' ORDER BY id;
SELECT right(id::text, 1) AS memory, similarity > 0.3 AS similar FROM engram_recall('a boat trip to an islet', k => 1);
-- A vector of ours may be given, another one not.
SELECT engram_remember('given by hand', embedding => engram_embed('given by hand'), id => known_id(3));
SELECT attempt($$SELECT engram_remember('foreign', embedding => '[1,0,0]')$$) ~ 'has embeddings of encoder "engram-[^"]*", not of an unnamed encoder' AS refused;
SELECT attempt($$SELECT engram_remember('foreign', embedding => engram_embed('something else'))$$) ~ 'not of an unnamed encoder' AS refused;
SELECT attempt($$INSERT INTO engram.memory (content, embedding, encoder) VALUES ('x', engram_embed('something else'), 'mine')$$) ~ 'not of encoder "mine"' AS refused;
-- New content has a new vector, by whatever means it comes.
SELECT engram_update(known_id(2), content => 'the harbour froze');
UPDATE engram.memory SET content = 'the lake froze' WHERE space = 'ours' AND id = known_id(3);
SELECT right(id::text, 1) AS memory, embedding = engram_embed(content) AS fits FROM engram.memory WHERE space = 'ours' ORDER BY id;
INSERT INTO engram.memory (id, content) VALUES (known_id(4), 'by a plain insert');
SELECT embedding = engram_embed(content) AS fits FROM engram.memory WHERE space = 'ours' AND id = known_id(4);
-- From outside, without and with a name.
SET engram.space = 'theirs';
SELECT engram_remember('a first vector', embedding => '[1,0,0]', id => known_id(1));
SELECT engram_remember('without one', id => known_id(2));
SELECT encoder, dimensions FROM engram.space WHERE space = 'theirs';
SELECT right(id::text, 1) AS memory, embedding, encoder FROM engram.memory WHERE space = 'theirs' ORDER BY id;
SELECT attempt($$INSERT INTO engram.memory (content, embedding, encoder) VALUES ('x', '[1,0,0]', 'mine')$$);
SELECT attempt($$SELECT engram_remember('too short', embedding => '[1,0]')$$);
SELECT engram_create_space('named', encoder => 'mine', dimensions => 3);
INSERT INTO engram.memory (space, id, content, embedding) VALUES ('named', known_id(1), 'no name given', '[1,0,0]');
INSERT INTO engram.memory (space, id, content, embedding, encoder) VALUES ('named', known_id(2), 'the name', '[0,1,0]', 'mine');
SELECT attempt($$INSERT INTO engram.memory (space, content, embedding, encoder) VALUES ('named', 'x', '[0,1,0]', 'yours')$$);
SELECT right(id::text, 1) AS memory, encoder FROM engram.memory WHERE space = 'named' ORDER BY id;
-- The name cannot be changed under a vector; to call a foreign vector ours changes nothing.
SELECT attempt($$UPDATE engram.memory SET encoder = 'mine' WHERE space = 'theirs' AND embedding IS NOT NULL$$);
UPDATE engram.memory SET encoder = (SELECT encoder FROM engram.space WHERE space = 'ours') WHERE space = 'theirs' AND embedding IS NOT NULL;
SELECT right(id::text, 1) AS memory, embedding, encoder FROM engram.memory WHERE space = 'theirs' ORDER BY id;
-- Without any.
SELECT engram_create_space('bare', encoder => 'none');
SELECT engram_remember('only words', space => 'bare', id => known_id(1));
SELECT embedding IS NULL AS bare FROM engram.memory WHERE space = 'bare';
SELECT attempt($$SELECT engram_remember('a vector', space => 'bare', embedding => '[1,0]')$$);
-- The encoder of a space may change while nothing is embedded.
SELECT engram_configure_space('bare', encoder => 'built-in');
SELECT attempt($$SELECT engram_configure_space('theirs', encoder => 'built-in')$$);
SELECT attempt($$SELECT engram_create_space('odd', encoder => 'built-in', dimensions => 3)$$) ~ 'does not make embeddings of 3 dimensions' AS refused;
SELECT attempt($$SELECT engram_create_space('odd', encoder => ' ')$$);
-- Memories from before: a vector by hand.
UPDATE engram.memory SET embedding = engram_embed(content) WHERE space = 'bare';
SELECT embedding = engram_embed(content) AS fits FROM engram.memory WHERE space = 'bare';
SELECT engram_drop_space(s) FROM unnest(ARRAY['ours', 'theirs', 'named', 'bare']) AS s;

SET engram.space = 'remember';
-- A space is made by remembering and takes the dimensions of its first embedding.
SELECT engram_remember('Ana keeps the boat in Saltmere', id => known_id(1), cues => '{Boats, about:Ana}');
SELECT space, dimensions, language, owner_role = current_user AS mine FROM engram.space WHERE space = 'remember';
SELECT engram_remember('With a vector', embedding => '[1,2,3]', id => known_id(2), kind => 'note', confidence => 0.9,
                       context => 'call 12', source => 'radio', occurred_at => '2026-01-01 00:00:00+00',
                       metadata => '{"n": 12345678901234567890123}');
SELECT dimensions FROM engram.space WHERE space = 'remember';
SELECT id, content, embedding, cues, context, kind, round(confidence::numeric, 3) AS confidence, source, metadata,
       occurred_at = '2026-01-01 00:00:00+00' AS then, created_at IS NOT NULL AS created
FROM engram.memories WHERE space = 'remember' ORDER BY id;
-- Ids are version 7 and ascend.
SELECT count(*) FROM (SELECT engram_remember('one of many ' || n) AS id FROM generate_series(1, 20) AS n) AS made;
SELECT bool_and(substr(id::text, 15, 1) = '7') AS version_7,
       array_agg(id ORDER BY id) = array_agg(id ORDER BY split_part(content, ' ', 4)::int) AS ascending
FROM engram.memory WHERE space = 'remember' AND content LIKE 'one of many %';
-- A given id makes the call idempotent.
SELECT engram_remember('Ana keeps the boat in Saltmere', id => known_id(1));
SELECT attempt($$SELECT engram_remember('something else', id => known_id(1))$$);
SELECT count(*) FROM engram.memory WHERE space = 'remember' AND id = known_id(1);
-- Null takes the default.
SELECT engram_remember('nulls', kind => NULL, confidence => NULL, metadata => NULL, cues => '{NULL, boat}', id => known_id(3));
SELECT kind, metadata, evidence_for, evidence_against, cues FROM engram.memory WHERE space = 'remember' AND content = 'nulls';
-- A batch, in its order, with and without ids.
SELECT count(*) FROM engram_remember_many('[{"content": "first", "cues": ["Tag"]}, {"content": "second", "embedding": [1, 0, 0]},
    {"content": "third", "embedding": "[0,1,0]", "confidence": 0.2, "metadata": {"a": 1}}]');
SELECT content, cues, embedding, round(evidence_for::numeric, 2) AS evidence_for, metadata FROM engram.memory
WHERE space = 'remember' AND content IN ('first', 'second', 'third') ORDER BY id;
SELECT m.id = known_id(11) AS first, m.id = known_id(1) AS again, m.ordinality
FROM engram_remember_many(('[{"content": "eleven", "id": "' || known_id(11) || '"}, {"content": "made here"},
    {"content": "Ana keeps the boat in Saltmere", "id": "' || known_id(1) || '"}]')::jsonb) WITH ORDINALITY AS m(id, ordinality);
SELECT content FROM engram.memory WHERE space = 'remember' AND content IN ('eleven', 'made here') ORDER BY content;
SELECT count(*) FROM engram_remember_many('[]');
-- A batch goes to several spaces.
SELECT count(*) FROM engram_remember_many('[{"content": "a", "space": "batch_a"}, {"content": "b", "space": "batch_b"}]');
SELECT space FROM engram.space WHERE space LIKE 'batch%' ORDER BY space;
-- What was rolled back is gone, the space that it made too.
BEGIN;
SELECT engram_remember('gone', space => 'rolled_back') IS NOT NULL AS remembered;
ROLLBACK;
SELECT count(*) FROM engram.space WHERE space = 'rolled_back';
BEGIN;
SAVEPOINT s;
SELECT engram_remember('gone', space => 'rolled_back') IS NOT NULL AS remembered;
ROLLBACK TO s;
SELECT engram_remember('kept', space => 'rolled_back') IS NOT NULL AS remembered;
COMMIT;
SELECT content FROM engram.memory WHERE space = 'rolled_back';

-- The cold tier: content and embedding of a memory move to engram.cold and back, and nobody notices but for the tier.
SET engram.space = 'cold';
SELECT engram_remember('Ana Marlow keeps the boat in Saltmere', '[1,0,0]', id => known_id(1), context => 'c1', metadata => '{"n": 1}');
SELECT engram_remember('the boat was painted green', '[0,1,0]', id => known_id(2), context => 'c1');
SELECT engram_remember('bread is dear this year', '[0,0,1]', id => known_id(3));
SELECT engram_remember('the boat leaks', id => known_id(4));
CALL loaded('cold');
-- What a recall returns of each memory, and where it says it was.
CREATE TABLE pg_temp.before AS
SELECT cue, r.* FROM unnest(ARRAY['Where does Ana Marlow keep the boat?', 'green', 'bread']) AS cue,
                     LATERAL engram_recall(cue, '[1,1,1]', include_cold => true, reinforce => false) r;
SELECT cue, id, tier FROM pg_temp.before ORDER BY cue, score DESC, id;

SELECT engram_set_tier(known_id(1), 'cold'), engram_set_tier(known_id(1), 'cold');
SELECT engram_set_tier(id, 'cold') FROM engram.memory WHERE space = 'cold' AND id = known_id(2);
SELECT id, content, embedding, encoder, cold, pinned, cues FROM engram.memory WHERE space = 'cold' ORDER BY id;
SELECT * FROM engram.cold WHERE space = 'cold' ORDER BY id;
SELECT id, content, embedding, cold, pinned FROM engram.memories WHERE space = 'cold' ORDER BY id;
SELECT count(*) FROM engram.memory_history WHERE space = 'cold';
SELECT attcompression IN ('l', '') AS compressed, attstorage FROM pg_attribute WHERE attrelid = 'engram.cold'::regclass AND attname IN ('content', 'embedding');
-- Everything but the tier is as it was.
SELECT count(*) FROM (
    SELECT cue, r.id, r.content, r.score, r.similarity, r.activation, r.via, r.metadata
    FROM unnest(ARRAY['Where does Ana Marlow keep the boat?', 'green', 'bread']) AS cue,
         LATERAL engram_recall(cue, '[1,1,1]', include_cold => true, reinforce => false) r
    EXCEPT ALL SELECT cue, id, content, score, similarity, activation, via, metadata FROM pg_temp.before) AS differences;
SELECT id, tier FROM engram_recall('boat', include_cold => true, reinforce => false) ORDER BY id;
-- By default the cold ones come where the others leave k unfilled.
SELECT id, tier FROM engram_recall('boat', reinforce => false) ORDER BY id;
SELECT id, tier FROM engram_recall('boat', k => 1, reinforce => false);
SELECT id, tier FROM engram_recall('boat', include_cold => false, reinforce => false);
SELECT id, tier FROM engram_recall('boat', filter => '{"n": 1}', reinforce => false);
SELECT id, tier FROM engram_recall('boat', filter => '{"n": 1}', include_cold => false, reinforce => false);
SELECT id, tier FROM engram_recall('green', reinforce => false);
-- Of several spaces all together fill k.
SELECT engram_remember('a boat elsewhere', space => 'cold too', id => known_id(9));
SELECT space, id, tier FROM engram_recall_across('{cold, cold too}', 'boat', k => 2, reinforce => false) ORDER BY space, id;
SELECT space, id, tier FROM engram_recall_across('{cold, cold too}', 'boat', k => 3, reinforce => false) ORDER BY space, id;
SELECT space, id, tier FROM engram_recall_across('{cold, cold too}', 'boat', include_cold => false, reinforce => false) ORDER BY space, id;
-- An explanation says whether the cold tier was searched.
SELECT value, detail FROM engram_explain_recall('boat') WHERE signal = 'cold';
SELECT value, detail FROM engram_explain_recall('boat', k => 1) WHERE signal = 'cold';
SELECT value, detail FROM engram_explain_recall('boat', include_cold => false) WHERE signal = 'cold';
SELECT value, detail FROM engram_explain_recall('boat', include_cold => true) WHERE signal = 'cold';
SELECT count(*) FROM engram_explain_recall('boat', space => 'cold too') WHERE signal = 'cold';
-- The text of a cold memory is recognised.
SELECT engram_remember('the boat was painted GREEN', context => 'c1', on_duplicate => 'skip') = known_id(2) AS recognised;
SELECT attempt($$SELECT engram_remember('other words', id => known_id(2))$$);
SELECT engram_remember('the boat was painted green', id => known_id(2)) = known_id(2) AS the_same;
-- Suppressing, restoring and superseding leave it where it is.
SELECT engram_forget(known_id(2)), cold FROM engram.memory WHERE space = 'cold' AND id = known_id(2);
SELECT count(*) FROM engram_recall('green', reinforce => false);
SELECT engram_forget(known_id(2), 'restore'), cold FROM engram.memory WHERE space = 'cold' AND id = known_id(2);
SELECT id, content, tier FROM engram_recall('green', reinforce => false);
UPDATE engram.memory SET metadata = '{"n": 2}', encoder = 'mine' WHERE space = 'cold' AND id = known_id(2);
SELECT content, embedding, encoder, metadata, cold FROM engram.memories WHERE space = 'cold' AND id = known_id(2);
SELECT * FROM engram_check();
-- A correction brings it back, and the former version is whole.
SELECT engram_update(known_id(2), 'the boat was painted red');
SELECT content, embedding, cold FROM engram.memories WHERE space = 'cold' AND id = known_id(2);
SELECT content, embedding FROM engram.memory_history WHERE space = 'cold';
SELECT count(*) FROM engram.cold WHERE space = 'cold' AND id = known_id(2);
SELECT recalls, last_recalled_at IS NOT NULL AS used FROM engram.trace WHERE space = 'cold' AND id = known_id(2);
SELECT engram_set_tier(known_id(2), 'cold');
SELECT engram_supersede(known_id(2), known_id(4));
SELECT superseded_by, content, cold FROM engram.memories WHERE space = 'cold' AND id = known_id(2);
SELECT engram_reinstate(known_id(2));
-- So does a plain change of content or embedding; a change that changes nothing does not.
UPDATE engram.memory SET content = 'the boat was painted blue' WHERE space = 'cold' AND id = known_id(2);
SELECT content, embedding, cold FROM engram.memories WHERE space = 'cold' AND id = known_id(2);
UPDATE engram.memory SET cold = true WHERE space = 'cold' AND id = known_id(2);
UPDATE engram.memory SET embedding = '[0,2,0]' WHERE space = 'cold' AND id = known_id(2);
SELECT content, embedding, cold FROM engram.memories WHERE space = 'cold' AND id = known_id(2);
-- Content and move at once.
UPDATE engram.memory SET cold = true, content = 'the boat was painted white', embedding = '[0,3,0]' WHERE space = 'cold' AND id = known_id(2);
SELECT content, embedding, cold FROM engram.memories WHERE space = 'cold' AND id = known_id(2);
UPDATE engram.memory SET cold = false WHERE space = 'cold' AND id = known_id(2);
SELECT content, embedding, cold FROM engram.memories WHERE space = 'cold' AND id = known_id(2);
SELECT id, tier FROM engram_recall('white', reinforce => false);
SELECT * FROM engram_check();
-- A rollback moves nothing.
BEGIN;
SELECT engram_set_tier(known_id(3), 'cold');
SELECT tier FROM engram_recall('bread', reinforce => false);
ROLLBACK;
SELECT tier FROM engram_recall('bread', reinforce => false);
BEGIN;
SAVEPOINT s;
SELECT engram_set_tier(known_id(1), 'warm'), engram_set_tier(known_id(3), 'cold');
ROLLBACK TO s;
SELECT id, tier FROM engram_recall('Ana bread', reinforce => false);
COMMIT;
-- Pinned memories stay.
SELECT engram_set_tier(known_id(3), pinned => true), engram_set_tier(known_id(3), pinned => true);
SELECT attempt($$SELECT engram_set_tier(known_id(3), 'cold')$$);
SELECT attempt($$UPDATE engram.memory SET cold = true WHERE space = 'cold' AND id = known_id(3)$$);
SELECT attempt($$SELECT engram_set_tier(known_id(3), 'cold', pinned => true)$$);
SELECT engram_set_tier(known_id(3), 'cold', pinned => false);
SELECT engram_set_tier(known_id(3), pinned => true);
SELECT content, cold, pinned FROM engram.memories WHERE space = 'cold' AND id = known_id(3);
SELECT engram_set_tier(known_id(3), 'hot'), engram_set_tier(known_id(3), 'warm', false);
-- Refusals
SELECT attempt($$SELECT engram_set_tier(known_id(1), 'lukewarm')$$);
SELECT attempt($$SELECT engram_set_tier(known_id(1))$$);
SELECT attempt($$SELECT engram_set_tier(NULL, 'cold')$$);
SELECT attempt($$SELECT engram_set_tier(known_id(77), 'cold')$$);
SELECT attempt($$SELECT engram_set_tier(known_id(1), 'cold', space => 'nowhere')$$);
SELECT attempt($$INSERT INTO engram.memory (space, id, content, cold) VALUES ('cold', known_id(5), 'x', true)$$);
SELECT attempt($$UPDATE engram.memory SET content = '' WHERE space = 'cold' AND id = known_id(3)$$);
-- Rights: writers move, readers read, strangers learn nothing.
CREATE ROLE regress_cold_writer IN ROLE engram_writer;
CREATE ROLE regress_cold_reader IN ROLE engram_reader;
CREATE ROLE regress_cold_stranger IN ROLE engram_writer;
SELECT engram_configure_space('cold', writers => '{regress_cold_writer}', readers => '{regress_cold_reader}');
SET ROLE regress_cold_writer;
SELECT engram_set_tier(known_id(4), 'cold');
SELECT content FROM engram.cold WHERE space = 'cold' ORDER BY id;
SELECT attempt($$INSERT INTO engram.cold VALUES ('cold', known_id(4), 'x')$$);
SELECT attempt($$DELETE FROM engram.cold$$);
SET ROLE regress_cold_reader;
SELECT id, content, tier FROM engram_recall('leaks', reinforce => false);
SELECT content FROM engram.cold WHERE space = 'cold' ORDER BY id;
SELECT attempt($$SELECT engram_set_tier(known_id(4), 'hot')$$);
SET ROLE regress_cold_stranger;
SELECT attempt($$SELECT engram_set_tier(known_id(4), 'hot', space => 'cold')$$);
SELECT count(*) FROM engram.cold WHERE space = 'cold';
RESET ROLE;
-- A row that only some may see stays so when it is cold.
CREATE POLICY only_plain ON engram.memory AS RESTRICTIVE FOR ALL TO regress_cold_writer USING (label IS NULL);
UPDATE engram.memory SET label = 'secret' WHERE space = 'cold' AND id = known_id(4);
SET ROLE regress_cold_writer;
SELECT count(*) FROM engram_recall('leaks', reinforce => false);
SELECT count(*) FROM engram.cold WHERE space = 'cold' AND id = known_id(4);
SELECT attempt($$SELECT engram_set_tier(known_id(4), 'hot')$$);
RESET ROLE;
DROP POLICY only_plain ON engram.memory;
DROP ROLE regress_cold_stranger;
-- Deleting erases it from the cold tier too.
SELECT engram_forget(known_id(1), 'delete');
SELECT tables_with($$t::text LIKE '%Marlow%'$$);
SELECT count(*) FROM engram.cold WHERE space = 'cold' AND id = known_id(1);
SELECT * FROM engram_check();
-- Rows that do not fit together are found.
BEGIN;
DELETE FROM engram.cold WHERE space = 'cold' AND id = known_id(4);
INSERT INTO engram.cold VALUES ('cold', known_id(3), 'left over');
SELECT object, detail FROM engram_check() WHERE space = 'cold' AND kind = 'cold';
SELECT attempt($$SELECT engram_set_tier(known_id(4), 'warm')$$);
ROLLBACK;
SELECT engram_drop_space('cold too'), engram_drop_space('cold');
SELECT count(*) FROM engram.cold WHERE space = 'cold';
DROP ROLE regress_cold_writer, regress_cold_reader;
-- The built-in encoder makes no new vector for a move.
SET engram.builtin_encoder = on;
SET engram.space = 'cold encoder';
SELECT engram_remember('the pilot answered by lamp', id => known_id(1));
CREATE TABLE pg_temp.vector AS SELECT embedding FROM engram.memory WHERE space = 'cold encoder';
SELECT engram_set_tier(known_id(1), 'cold');
SELECT m.embedding IS NULL AS gone, m.encoder = (SELECT encoder FROM engram.space WHERE space = 'cold encoder') AS encoder_kept,
       c.embedding = v.embedding AS kept
FROM engram.memory m JOIN engram.cold c USING (space, id), pg_temp.vector v WHERE m.space = 'cold encoder';
SELECT engram_set_tier(known_id(1), 'hot');
SELECT m.embedding = v.embedding AS back FROM engram.memory m, pg_temp.vector v WHERE m.space = 'cold encoder';
SELECT engram_drop_space('cold encoder');

SET engram.space = 'duplicates';
-- Ids by the names they get below.
CREATE TEMPORARY TABLE known (name text PRIMARY KEY, id uuid);
CREATE FUNCTION pg_temp.name_of(id uuid) RETURNS text LANGUAGE sql AS $$
    SELECT coalesce((SELECT k.name FROM known k WHERE k.id = $1), 'new') $$;
INSERT INTO known SELECT 'boat', engram_remember('Ana keeps the boat in Saltmere');
-- The same text in the same context is one memory, whatever its case, spaces and composition.
SELECT pg_temp.name_of(engram_remember('ana  keeps the BOAT' || E'\n' || 'in Saltmere '));
SELECT pg_temp.name_of(engram_remember('Ana keeps the boat in Saltmere', on_duplicate => 'reinforce'));
SELECT pg_temp.name_of(engram_remember('Ana keeps the boat in Saltmere', on_duplicate => 'skip'));
SELECT k.name, t.recalls, t.first_recalled_at <= t.last_recalled_at AS in_order, array_length(t.recent, 1) AS recent,
       t.recent[1] = t.last_recalled_at AS latest_first
FROM engram.trace t JOIN known k USING (id);
-- Another context, no context, another text and another space are others.
INSERT INTO known SELECT 'boat in call', engram_remember('Ana keeps the boat in Saltmere', context => 'call 12');
INSERT INTO known SELECT 'boat asked', engram_remember('Ana keeps the boat in Saltmere?');
INSERT INTO known SELECT 'boat elsewhere', engram_remember('Ana keeps the boat in Saltmere', space => 'duplicates_2');
SELECT pg_temp.name_of(engram_remember('ANA keeps the boat in Saltmere', context => 'call 12')) AS in_call,
       pg_temp.name_of(engram_remember('ANA keeps the boat in Saltmere', context => 'call 13')) AS in_another;
SELECT count(DISTINCT id) FROM known;
-- The caller may want it twice; the oldest is then the one that is recognised.
SELECT pg_temp.name_of(engram_remember('Ana keeps the boat in Saltmere', on_duplicate => 'store'));
SELECT pg_temp.name_of(engram_remember('Ana keeps the boat in Saltmere', on_duplicate => 'skip'));
SELECT attempt($$SELECT engram_remember('x', on_duplicate => 'merge')$$);
-- An id speaks for itself, unless more is asked for.
SELECT engram_remember('Ana keeps the boat in Saltmere', id => known_id(1)) = known_id(1) AS stored;
SELECT engram_remember('Ana keeps the boat in Saltmere', id => known_id(2), on_duplicate => 'skip') = known_id(1) AS recognised;
SELECT engram_remember('Ana keeps the boat in Saltmere', id => known_id(1), on_duplicate => 'skip') = known_id(1) AS again;
SELECT attempt($$SELECT engram_remember('Something else', id => known_id(1), on_duplicate => 'skip')$$);
SELECT engram_forget(known_id(1), 'delete');
-- What is suppressed, superseded or gone is no duplicate; what is restored is one again.
INSERT INTO known SELECT 'tide', engram_remember('The tide turns at six');
SELECT engram_forget(id) FROM known WHERE name = 'tide';
SELECT pg_temp.name_of(engram_remember('the tide turns at six', on_duplicate => 'skip'));
DELETE FROM engram.memory WHERE content = 'the tide turns at six';
SELECT engram_forget(id, 'restore') FROM known WHERE name = 'tide';
SELECT pg_temp.name_of(engram_remember('the tide turns at six', on_duplicate => 'skip'));
INSERT INTO known SELECT 'high tide', engram_remember('High tide is at noon');
SELECT engram_supersede((SELECT id FROM known WHERE name = 'tide'), (SELECT id FROM known WHERE name = 'high tide')) IS NOT NULL AS superseded;
SELECT pg_temp.name_of(engram_remember('the tide turns at six', on_duplicate => 'skip'));
-- A memory is recognised by the text it has now.
SELECT u.in_place FROM known, engram_update(known.id, 'High tide is at one') AS u WHERE known.name = 'high tide';
SELECT pg_temp.name_of(engram_remember('high tide is at one')) AS present, pg_temp.name_of(engram_remember('high tide is at noon')) AS former;
-- Rows of any writer count, and plain INSERT is never held back.
INSERT INTO engram.memory (space, id, content) SELECT 'duplicates', known_id(n), 'The same row' FROM generate_series(11, 12) AS n;
SELECT engram_remember('the same row') = known_id(11) AS oldest;
SELECT count(*) FROM engram.memory WHERE content = 'The same row';
-- Within one transaction, one statement, and across a savepoint.
BEGIN;
INSERT INTO known SELECT 'sail', engram_remember('The sail is torn');
SELECT pg_temp.name_of(engram_remember('the sail is torn'));
SAVEPOINT s;
INSERT INTO known SELECT 'mast', engram_remember('The mast is cracked');
SELECT pg_temp.name_of(engram_remember('the mast is cracked'));
ROLLBACK TO s;
SELECT pg_temp.name_of(engram_remember('the mast is cracked'));
SELECT pg_temp.name_of(engram_remember('the sail is torn'));
COMMIT;
SELECT count(DISTINCT engram_remember('Said ten times at once')) FROM generate_series(1, 10);
SELECT count(*) FROM engram.memory WHERE content IN ('The sail is torn', 'the mast is cracked', 'Said ten times at once');
BEGIN;
SELECT engram_remember('Never said') IS NOT NULL AS remembered;
ROLLBACK;
SELECT pg_temp.name_of(engram_remember('never said'));
-- Near-duplicates only where they are asked for: the same direction, and the same cues.
SELECT engram_create_space('duplicates_near', dimensions => 4);
SET engram.space = 'duplicates_near';
INSERT INTO known SELECT 'red', engram_remember('a red buoy', '[1,0.1,0,0]', cues => '{buoy}');
SELECT pg_temp.name_of(engram_remember('one red buoy', '[1,0.12,0,0]', cues => '{buoy}', context => 'c', on_duplicate => 'skip')) AS near,
       pg_temp.name_of(engram_remember('another red buoy', '[1,0.12,0,0]', cues => '{buoy, lamp}', on_duplicate => 'skip')) AS other_cues,
       pg_temp.name_of(engram_remember('a green buoy', '[1,0.5,0,0]', cues => '{buoy}', on_duplicate => 'skip')) AS other_direction,
       pg_temp.name_of(engram_remember('a ruddy buoy', '[1,0.12,0,0]', cues => '{buoy}')) AS unasked;
-- A batch: against what is stored, against itself, by the choice of each.
SET engram.space = 'duplicates';
INSERT INTO known SELECT 'rope', engram_remember('Rope is cheap');
SELECT b.ordinality, pg_temp.name_of(b.id) AS name, dense_rank() OVER (ORDER BY b.id) > 1 AS later
FROM engram_remember_many('[{"content": "New in the batch"}, {"content": "rope is CHEAP"}, {"content": "new in the  batch"},
    {"content": "rope is cheap", "context": "elsewhere"}, {"content": "Rope is cheap", "on_duplicate": "store"},
    {"content": "new in the batch", "on_duplicate": "skip"}, {"content": "Last one"}]') WITH ORDINALITY AS b(id, ordinality)
ORDER BY b.ordinality;
SELECT content, count(*) FROM engram.memory WHERE space = 'duplicates' AND lower(content) ~ '^(rope|new in|last)' GROUP BY content ORDER BY content;
SELECT m.content, t.recalls FROM engram.trace t JOIN engram.memory m USING (space, id)
WHERE lower(m.content) ~ '^(rope|new in|last)' ORDER BY m.content;
WITH batch AS (SELECT b.id, b.ordinality FROM engram_remember_many(('[{"content": "with id", "id": "' || known_id(21) || '"}, {"content": "With ID"},
    {"content": "with id", "id": "' || known_id(22) || '"}, {"content": "with id", "id": "' || known_id(23) || '", "on_duplicate": "skip"}]')::jsonb)
    WITH ORDINALITY AS b(id, ordinality))
SELECT ordinality, id FROM batch ORDER BY ordinality;
SELECT attempt($$SELECT engram_remember_many('[{"content": "x"}, {"content": "y", "on_duplicate": "merge"}]')$$);
SELECT attempt($$SELECT engram_remember_many('[{"content": "rope is cheap"}, {"content": "rope is cheap"}, {"content": " "}]')$$);
SET engram.space = 'duplicates_near';
SELECT b.ordinality, pg_temp.name_of(b.id) AS name, dense_rank() OVER (ORDER BY b.id) AS rank
FROM engram_remember_many('[{"content": "a white yacht", "embedding": [0,0,1,0.1]}, {"content": "the white yacht", "embedding": [0,0,1,0.11], "on_duplicate": "skip"},
    {"content": "red buoy, once more", "cues": ["buoy"], "embedding": [1,0.1,0,0], "on_duplicate": "reinforce"}]') WITH ORDINALITY AS b(id, ordinality)
ORDER BY b.ordinality;
-- What recall has just returned comes back in another context.
SET engram.space = 'duplicates';
INSERT INTO known SELECT 'gull', engram_remember('A gull stole the sandwich', context => 'lunch');
SELECT pg_temp.name_of(engram_remember('a gull stole the sandwich', context => 'before')) AS before;
DELETE FROM engram.memory WHERE context = 'before';
SELECT content FROM engram_recall('gull', k => 1, reinforce => false);
SELECT pg_temp.name_of(engram_remember('a gull stole the sandwich', context => 'unheard')) AS unheard;
DELETE FROM engram.memory WHERE context = 'unheard';
SELECT content FROM engram_recall('gull', k => 1);
SELECT pg_temp.name_of(engram_remember('a gull stole the sandwich', context => 'after')) AS after,
       pg_temp.name_of(engram_remember('A gull  stole the sandwich', on_duplicate => 'store')) AS wanted;
SET engram.echo_window = 0;
SELECT pg_temp.name_of(engram_remember('a gull stole the sandwich', context => 'later')) AS later;
RESET engram.echo_window;
-- A duplicate that the caller may not see is none.
CREATE ROLE duplicates_writer IN ROLE engram_writer;
CREATE POLICY only_labelled ON engram.memory AS RESTRICTIVE FOR SELECT TO duplicates_writer USING (label IS NULL);
SELECT engram_create_space('duplicates_rights', writers => '{duplicates_writer}');
INSERT INTO engram.memory (space, id, content, label) VALUES ('duplicates_rights', known_id(31), 'The code is 1234', 'secret'),
    ('duplicates_rights', known_id(32), 'The flag is blue', NULL);
SET ROLE duplicates_writer;
SELECT engram_remember('the code is 1234', space => 'duplicates_rights') <> known_id(31) AS stored,
       engram_remember('the flag is blue', space => 'duplicates_rights') = known_id(32) AS recognised;
RESET ROLE;
DROP POLICY only_labelled ON engram.memory;
SELECT id, recalls FROM engram.trace WHERE space = 'duplicates_rights';
SELECT * FROM engram_check();
SELECT engram_drop_space('duplicates_rights');
DROP ROLE duplicates_writer;

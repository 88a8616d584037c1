-- Cues: those that the space knows already, aliases, scripts without capitals.
CREATE FUNCTION cues_of(n integer) RETURNS text LANGUAGE sql AS $$
    SELECT array_to_string(m.cues, ' | ') FROM engram.memory m WHERE m.space = 'cues' AND m.id = known_id(n)
$$;
CREATE FUNCTION found(cue text, more text DEFAULT '') RETURNS TABLE (memory text, hops integer) LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE format('SELECT right(r.id::text, 1), r.hops FROM engram_recall(%L, k => 3 %s) WITH ORDINALITY AS r ORDER BY r.ordinality', cue, more);
END
$$;
SELECT engram_create_space('cues', encoder => 'none');
SET engram.space = 'cues';
SELECT engram_remember('Ana moved to New York City', id => known_id(1));
CALL loaded('cues');
-- In any case, the longest name, one that the same transaction has named, too.
BEGIN;
SELECT engram_remember('rents in new york city are high, says the harbour master', id => known_id(2));
SELECT engram_remember('The Harbour Master retired', id => known_id(3));
SELECT engram_remember('who is harbour master now', id => known_id(4));
COMMIT;
SELECT n, cues_of(n) FROM generate_series(1, 4) AS n;
-- One word is a name where a memory is about it, and rare.
SELECT engram_remember('all about knots', cues => '{about:knots}', id => known_id(5));
SELECT engram_remember('she ties knots and reads books', cues => '{books}', id => known_id(6));
SELECT engram_remember('books are heavy', id => known_id(7));
SELECT n, cues_of(n) FROM generate_series(5, 7) AS n;
-- A correction drops what the old text mentioned.
SELECT engram_update(known_id(2), content => 'rents in boston are high');
SELECT cues_of(2);
-- Texts that were stored before the space knew the cue get it later, by the worker or at once.
SELECT engram_remember('the house in old mill lane is for sale', id => known_id(11));
SELECT engram_remember('nothing about a mill on the old lane', id => known_id(12));
SELECT engram_remember('Old Mill Lane is closed', id => known_id(13));
SELECT engram.learn() >= 0 AS learned;
SELECT n, cues_of(n) FROM generate_series(11, 13) AS n;
-- Aliases, for memories written before and after. Names are stored as cues are.
SELECT engram_remember('NYC never sleeps', id => known_id(8));
SELECT * FROM found('what about NYC');
INSERT INTO engram.cue_alias (space, alias, cue) VALUES ('cues', 'N.Y.C.', 'New  York City');
SELECT space, alias, cue FROM engram.cue_alias;
SELECT * FROM found('what about NYC');
SELECT engram_remember('the nyc marathon', id => known_id(9));
SELECT cues_of(9);
CALL loaded('cues');
BEGIN;
DELETE FROM engram.cue_alias WHERE space = 'cues';
SELECT * FROM found('what about NYC');
ROLLBACK;
SELECT * FROM found('what about NYC');
-- One that was rolled back leaves the next one of the transaction to be heard of.
BEGIN;
SAVEPOINT one;
INSERT INTO engram.cue_alias (space, alias, cue) VALUES ('cues', 'the lane', 'Old Mill Lane');
ROLLBACK TO one;
INSERT INTO engram.cue_alias (space, alias, cue) VALUES ('cues', 'mill street', 'Old Mill Lane'), ('cues', 'the street', 'Old Mill Lane');
COMMIT;
SELECT alias, cue FROM engram.cue_alias WHERE space = 'cues' ORDER BY alias;
SELECT count(*) FILTER (WHERE memory IN ('1', '3')) AS by_the_cue FROM found('who lives in mill street');
INSERT INTO engram.cue_alias (space, alias, cue) VALUES ('cues', ' ', 'Rome');
SELECT attempt($$INSERT INTO engram.cue_alias (space, alias, cue) VALUES ('cues', 'ROME', 'rome')$$);
-- Scripts without capitals.
SELECT engram_remember('北京大学', id => known_id(10));
SELECT cues_of(10);
SELECT engram_drop_space('cues');

-- Recall by each kind of cue. A recall with these arguments, in its order; a path is written by the last digits of its ids.
CREATE FUNCTION shown(arguments text)
RETURNS TABLE (content text, rank bigint, score numeric, hops integer, similarity numeric, path text) LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE 'SELECT r.content, r.ordinality, round(r.score::numeric, 4), r.hops, round(r.similarity::numeric, 4),
        (SELECT string_agg(right(v::text, 1), '' > '' ORDER BY n) FROM unnest(r.via) WITH ORDINALITY AS u (v, n))
        FROM engram_recall(' || arguments || ') WITH ORDINALITY AS r ORDER BY r.ordinality';
END
$$;
SET engram.space = 'recall';
SELECT engram_create_space('recall', dimensions => 3);
-- Six memories in one statement: by meaning, words, cues, and two episodes of neighbours in time.
INSERT INTO engram.memory (id, content, embedding, cues, context, kind, occurred_at, metadata) VALUES
    (known_id(1), 'the ferry to the island was cancelled', '[1,0,0]', '{ferry}', 'monday', 'episode', '2024-01-01 08:00Z', '{"port": "north"}'),
    (known_id(2), 'a storm closed the harbour', '[0.8,0.6,0]', '{harbour}', 'monday', 'episode', '2024-01-01 07:00Z', '{"port": "north"}'),
    (known_id(3), 'bread was baked twice', '[0,0,1]', '{bakery}', 'monday', 'episode', '2024-01-01 09:00Z', '{}'),
    (known_id(4), 'the pilot repaired a ferry engine', '[0.6,0,0.8]', '{ferry, engine}', 'tuesday', 'note', '2024-01-02 08:00Z', '{"port": "south"}'),
    (known_id(5), 'spare parts arrived by train', '[0,1,0]', '{engine}', 'tuesday', 'note', '2024-01-02 09:00Z', '{"port": "south", "parts": 4}'),
    (known_id(6), 'nobody came', NULL, '{}', NULL, 'episode', '2024-01-03 09:00Z', '{}');
-- By words: stemmed, common words count little, and activation brings what no word matches.
SELECT content, rank, score, hops, path FROM shown($$'when do ferries sail'$$);
SELECT content, rank, score, hops, path FROM shown($$'when do ferries sail', hops => 0$$);
SELECT content, rank, score, hops, path FROM shown($$'the'$$);
SELECT content, rank, score, hops, path FROM shown($$'submarine'$$);
-- By meaning: the cosine, of 8-bit codes.
SELECT content, rank, score, hops, similarity FROM shown($$embedding => '[1,0,0]', hops => 0$$);
SELECT content, rank, score, hops, similarity FROM shown($$embedding => '[0,0,2]', hops => 0, k => 1$$);
-- By both: more than either.
SELECT content, rank, score, hops, similarity FROM shown($$'ferry', '[1,0,0]', hops => 0, k => 2$$);
-- By a cue, whatever its case; by known memories, with what they lead to; by an episode, the latest first.
SELECT content, rank, score, hops, path FROM shown($$cues => '{Engine}', hops => 1$$);
SELECT content, rank, score, hops, path FROM shown($$ids => ARRAY[known_id(5)], hops => 2$$);
SELECT content, rank, score, hops, path FROM shown($$context => 'monday', hops => 1$$);
-- Conditions, on what matches and on what is reached.
SELECT content, rank FROM shown($$'ferry', kinds => '{note}'$$);
SELECT content, rank FROM shown($$'ferry', in_context => 'monday'$$);
SELECT content, rank FROM shown($$'ferry', filter => '{"port": "south"}'$$);
SELECT content, rank FROM shown($$'ferry', since => '2024-01-02 08:00Z'$$);
SELECT content, rank FROM shown($$'ferry', until => '2024-01-02 08:00Z', hops => 0$$);
SELECT content, rank FROM shown($$'ferry', min_score => 0.999$$);
SELECT content, rank FROM shown($$'ferry', k => 1$$);
SELECT content, rank FROM shown($$'ferry', max_tokens => 10$$);
SELECT content, rank FROM shown($$'ferry', min_confidence => 0.71$$);
-- A longer question: what else it may have meant makes the same match weaker.
SELECT content, rank, score FROM shown($$'ferry', hops => 0, k => 1$$);
SELECT content, rank, score FROM shown($$'ferry or train or storm or bread', hops => 0$$);
-- All of a row.
SELECT id, content, round(confidence::numeric, 4) AS confidence, round(confidence_low::numeric, 4) AS low, round(confidence_high::numeric, 4) AS high,
       origin, kind, tier, space, context, occurred_at AT TIME ZONE 'UTC' AS occurred_at, source, metadata
FROM engram_recall('parts', hops => 0);
-- Exact search says the same.
SET engram.exact = on;
SELECT content, rank, score, hops, similarity FROM shown($$embedding => '[1,0,0]', hops => 0$$);
RESET engram.exact;
-- A cue that only the running transaction has mentioned leads on, also where shared memory answers.
DO $$
BEGIN
    FOR n IN 1..600 LOOP
        PERFORM FROM engram_recall('ferry');
        EXIT WHEN EXISTS (SELECT FROM engram.stat_tier t WHERE t.space = 'recall' AND t.state = 'ready');
        PERFORM pg_sleep(0.1);
    END LOOP;
    ASSERT EXISTS (SELECT FROM engram.stat_tier t WHERE t.space = 'recall' AND t.state = 'ready');
END
$$;
BEGIN;
SELECT engram_remember('a shark was seen', id => known_id(7), cues => '{shark}');
SELECT content, rank, hops FROM shown($$cues => '{shark}'$$);
ROLLBACK;
SELECT content, rank, hops FROM shown($$cues => '{shark}'$$);
-- What was forgotten or replaced does not come back by any way.
SELECT engram_forget(known_id(1));
SELECT engram_supersede(known_id(4), known_id(6));
SELECT content, rank, hops FROM shown($$'ferry', '[1,0,0]', cues => '{ferry}'$$);
-- Errors
SELECT attempt($$SELECT engram_recall()$$);
SELECT attempt($$SELECT engram_recall('ferry', k => 0)$$);
SELECT attempt($$SELECT engram_recall('ferry', k => 10001)$$);
SELECT attempt($$SELECT engram_recall('ferry', hops => 11)$$);
SELECT attempt($$SELECT engram_recall('ferry', min_score => 2)$$);
SELECT attempt($$SELECT engram_recall('ferry', min_confidence => 'NaN')$$);
SELECT attempt($$SELECT engram_recall('ferry', max_tokens => -1)$$);
SELECT attempt($$SELECT engram_recall('ferry', filter => '7')$$);
SELECT count(*) FROM engram_recall('ferry', as_of => '2024-01-01');
SELECT attempt($$SELECT engram_recall('ferry', space => 'nowhere')$$);
SELECT attempt($$SELECT engram_recall(ids => ARRAY[known_id(99)])$$);
SELECT attempt($$SELECT engram_recall(embedding => '[1,0]')$$);
SELECT attempt($$SELECT engram_recall(embedding => '[0,0,0]')$$);
SELECT * FROM engram_check();

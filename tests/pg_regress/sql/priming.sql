-- What came to mind a moment ago comes to mind more easily. Time is engram.test_clock, in seconds.
SELECT engram_create_space('priming', dimensions => 3);
SET engram.space = 'priming';
INSERT INTO engram.memory (id, content, embedding, cues, context) VALUES
    (known_id(1), 'the doctor came by boat', '[1,0,0]', '{doctor}', NULL),
    (known_id(2), 'the nurse wrote a letter', '[0,1,0]', '{doctor, nurse}', NULL),
    (known_id(3), 'bread was baked twice', '[0,0.9,0.436]', '{}', NULL),
    (known_id(4), 'the tide was low', '[0,0,1]', '{}', NULL);
SET engram.priming = session;
-- What primed a memory in the recall that is explained, which itself leaves nothing.
CREATE FUNCTION primed(arguments text) RETURNS TABLE (id text, value numeric, share numeric, detail text) LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE 'SELECT right(e.id::text, 1), round(e.value::numeric, 4), round(e.share::numeric, 4), e.detail
        FROM engram_explain_recall(' || arguments || ') WITH ORDINALITY AS e WHERE e.signal = ''priming'' ORDER BY e.ordinality';
END
$$;
CREATE FUNCTION scores(arguments text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    found text;
BEGIN
    EXECUTE 'SELECT string_agg(right(r.id::text, 1) || '' '' || round(r.score::numeric, 4), '', '' ORDER BY r.ordinality)
        FROM engram_recall(' || arguments || ') WITH ORDINALITY AS r' INTO found;
    RETURN found;
END
$$;
-- Nothing has been recalled.
SET engram.test_clock = 1000;
SELECT * FROM primed($$embedding => '[1,0,0]', hops => 0$$);
-- Semantic and repetition: half of the activation is gone after each half-life, which is half a second.
SELECT scores($$embedding => '[1,0,0]', hops => 0$$);
SELECT * FROM primed($$embedding => '[1,0,0]', hops => 0$$);
SET engram.test_clock = 1000.5;
SELECT * FROM primed($$embedding => '[1,0,0]', hops => 0$$);
SET engram.test_clock = 1001;
SELECT * FROM primed($$embedding => '[1,0,0]', hops => 0$$);
SET engram.test_clock = 1004;
SELECT * FROM primed($$embedding => '[1,0,0]', hops => 0$$);
-- A score is what it was once all of it is gone, and a second recall with it keeps the order.
SET engram.test_clock = 1300;
SELECT * FROM primed($$embedding => '[1,0,0]', hops => 0$$);
SELECT scores($$embedding => '[1,0,0]', hops => 0$$);
SELECT scores($$embedding => '[1,0,0]', hops => 0$$);
-- What a clock that was set back has left in the future primes nothing.
SET engram.test_clock = 1299;
SELECT * FROM primed($$embedding => '[1,0,0]', hops => 0$$);
-- Along edges: the doctor primes the nurse, whom the recall reached through what both mention and did not return, and not the bread.
SET engram.test_clock = 2000;
SELECT scores($$embedding => '[1,0,0]', k => 1$$);
SELECT * FROM primed($$embedding => '[0,1,0]', hops => 0, k => 2$$);
SET engram.test_clock = 2004;
SELECT * FROM primed($$embedding => '[0,1,0]', hops => 0, k => 2$$);
-- It decides between near equals: the bread is nearer, and the nurse was on the mind.
SET engram.test_clock = 3000;
SELECT scores($$embedding => '[0,0.97,0.25]', hops => 0, k => 2, reinforce => false$$);
SELECT scores($$embedding => '[0,1,0]', hops => 0, k => 1$$);
SELECT scores($$embedding => '[0,0.97,0.25]', hops => 0, k => 2, reinforce => false$$);
-- Off, and without weight, it is as if nothing had been recalled.
SET engram.priming = off;
SELECT scores($$embedding => '[0,0.97,0.25]', hops => 0, k => 2, reinforce => false$$);
SELECT count(*) FROM primed($$embedding => '[1,0,0]', hops => 0$$);
SET engram.priming = session;
SET engram.priming_weight = 0;
SELECT count(*) FROM primed($$embedding => '[1,0,0]', hops => 0$$);
RESET engram.priming_weight;
-- Associative: what has followed twice is expected by the share of the times it did.
CREATE PROCEDURE one_then_the_other(beginning integer, VARIADIC vectors vector[]) LANGUAGE plpgsql AS $$
BEGIN
    FOR i IN 1..array_length(vectors, 1) LOOP
        PERFORM set_config('engram.test_clock', (beginning + 10 * i)::text, false);
        PERFORM engram_recall(embedding => vectors[i], hops => 0, k => 1, min_score => 0.5);
    END LOOP;
END
$$;
CALL one_then_the_other(10000, '[1,0,0]', '[0,0,1]');
CALL one_then_the_other(11000, '[1,0,0]');
SELECT id, detail FROM primed($$embedding => '[0,0,1]', hops => 0, k => 1$$);
CALL one_then_the_other(12000, '[1,0,0]', '[0,0,1]');
CALL one_then_the_other(13000, '[1,0,0]');
SELECT id, detail FROM primed($$embedding => '[0,0,1]', hops => 0, k => 1$$);
-- Two of three times, for what is left of thirty seconds.
SET engram.test_clock = 13025;
SELECT id, detail FROM primed($$embedding => '[0,0,1]', hops => 0, k => 1$$);
SET engram.test_clock = 13040;
SELECT id, detail FROM primed($$embedding => '[0,0,1]', hops => 0, k => 1$$);
-- Not the other way round.
CALL one_then_the_other(14000, '[0,0,1]');
SELECT id, detail FROM primed($$embedding => '[1,0,0]', hops => 0, k => 1$$);
-- A recall that counts as no use primes nothing, and neither does one that finds nothing.
SET engram.test_clock = 20000;
SELECT scores($$embedding => '[1,0,0]', hops => 0, reinforce => false$$);
SELECT scores($$'submarine', min_score => 0.9$$) IS NULL AS nothing;
SELECT * FROM primed($$embedding => '[1,0,0]', hops => 0$$);
-- A read-only transaction primes too: nothing is stored.
SET engram.test_clock = 21000;
BEGIN READ ONLY;
SELECT scores($$embedding => '[1,0,0]', hops => 0$$);
COMMIT;
SELECT id, detail FROM primed($$embedding => '[1,0,0]', hops => 0$$);
-- Another space and another role are not primed: neither by session nor by space.
SELECT engram_create_space('priming_other', dimensions => 3);
INSERT INTO engram.memory (id, space, content, embedding) VALUES (known_id(1), 'priming_other', 'the doctor came by boat', '[1,0,0]');
CREATE ROLE priming_reader;
GRANT engram_reader TO priming_reader;
SELECT engram_configure_space('priming', readers => '{priming_reader}');
SET engram.priming = space;
SET engram.test_clock = 22000;
SELECT scores($$embedding => '[1,0,0]', hops => 0$$);
SELECT id, detail FROM primed($$embedding => '[1,0,0]', hops => 0$$);
SELECT id, detail FROM primed($$embedding => '[1,0,0]', hops => 0, space => 'priming_other'$$);
SET ROLE priming_reader;
SELECT id, detail FROM primed($$embedding => '[1,0,0]', hops => 0$$);
RESET ROLE;
-- Several spaces at once leave something in each.
SET engram.test_clock = 23000;
SELECT space, right(id::text, 1) AS id FROM engram_recall_across('{priming,priming_other}', embedding => '[1,0,0]', hops => 0, k => 2);
SELECT id, detail FROM primed($$embedding => '[1,0,0]', hops => 0, space => 'priming_other'$$);
SELECT id, detail FROM primed($$embedding => '[1,0,0]', hops => 0, k => 1$$);
-- Settings
SELECT attempt('SET engram.priming = sometimes'), split_part(attempt('SET engram.priming_half_life = 0'), ' (', 1) AS half_life,
    attempt('SET engram.priming_weight = 1.5');

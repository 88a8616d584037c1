-- Completion, imagination, prediction. Vectors by hand, so that weights can be checked by hand.
SELECT engram_create_space('pattern', dimensions => 4);
SET engram.space = 'pattern';
SET TimeZone = 'UTC';
CREATE FUNCTION completed(arguments text)
RETURNS TABLE (field text, value jsonb, label text, confidence numeric, given boolean, evidence int[], others jsonb) LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE 'SELECT field, value, label, round(confidence::numeric, 2), given,
        ARRAY(SELECT right(e::text, 12)::int FROM unnest(evidence) WITH ORDINALITY AS u (e, n) ORDER BY n),
        (SELECT jsonb_agg(a -> ''value'' ORDER BY n) FROM jsonb_array_elements(alternatives) WITH ORDINALITY AS t (a, n))
        FROM engram_complete(' || arguments || ')';
END
$$;
-- Nothing comes to mind in an empty space
SELECT * FROM completed($$'{"what": "boat"}'$$);
SELECT * FROM completed($$'{"who": "Ana"}'$$);
SELECT * FROM engram_imagine(ARRAY['boat']);
SELECT * FROM engram_predict(cue => 'boat');
INSERT INTO engram.memory (id, content, embedding, occurred_at, source, metadata)
SELECT known_id(n), content, embedding::vector, at::timestamptz, source, metadata::jsonb FROM (VALUES
    (1, 'Ana painted the boat in Saltmere', '[1,0,0,0]', '2026-03-01 10:00', 'log', '{"who": "Ana", "where": "Saltmere", "colour": "blue"}'),
    (2, 'Bob sold his house in Porto', '[0,1,0,0]', '2026-03-05 10:00', 'log', '{"who": "Bob", "where": "Porto", "price": 90}'),
    (3, 'Cleo planted a pear tree in Porto', '[0,0,1,0]', '2026-03-09 10:00', NULL, '{"who": "Cleo", "where": "Porto"}'),
    (4, 'Cleo watered a pear tree in Lisbon', '[0,0,0.98,0.2]', '2026-03-09 15:00', NULL, '{"who": "Cleo", "where": "Lisbon"}'),
    (5, 'Cleo cut a pear tree in Porto', '[0,0,0.98,-0.2]', '2026-04-20 10:00', NULL, '{"who": "Cleo", "where": "Porto"}')
    ) AS m (n, content, embedding, at, source, metadata);
-- One memory takes all the weight: stored
SELECT * FROM completed($$'{"what": "painted boat"}', '[0.9,0.1,0,0]'$$) WHERE field <> 'embedding';
SELECT DISTINCT converged, iterations > 0 AS moved, energy < 1 AS low FROM engram_complete('{"what": "painted boat"}', '[0.9,0.1,0,0]');
-- By a field alone: by a name that the text has, and by what only the tables have
SELECT field, value, label, given, evidence FROM completed($$'{"who": "bob"}'$$) WHERE field IN ('what', 'who', 'when', 'metadata.price');
SELECT field, value, label, given, evidence FROM completed($$'{"metadata": {"colour": "blue"}}'$$) WHERE field IN ('what', 'who', 'metadata.colour');
SELECT field, value, label, given FROM completed($$'{"when": "2026-03-05"}'$$) WHERE field IN ('what', 'when');
-- Elements of an embedding are filled in, those that are known stay
SELECT label, given, value -> 0 AS first, abs((value ->> 1)::real) < 0.1 AS second FROM completed($$'{"embedding": [2, null, null, null]}'$$) WHERE field = 'embedding';
-- By a vote of several: reconstructed, with alternatives
SELECT field, value, label, confidence, evidence, others FROM completed($$'{"what": "pear tree"}', '[0,0,1,0]'$$) WHERE field <> 'embedding';
-- At a high temperature, a low beta, all have their say, at a low one a single memory
SELECT beta, label, array_length(evidence, 1) AS voters FROM unnest(ARRAY[0.01, 5, 1000]) AS beta, engram_complete('{"what": "pear tree planted"}', '[0,0,1,0]', beta => beta) WHERE field = 'who';
-- What is given and what no memory says: imagined
SELECT field, value, label, confidence, given FROM completed($$'{"what": "painted boat", "who": "Zorg"}'$$) WHERE field IN ('who', 'where');
SELECT field, label FROM completed($$'{"what": "painted boat submarine quartz violin"}', threshold => 0.9$$) WHERE field = 'what';
-- From beliefs, and from what was imagined itself
INSERT INTO engram.memory (id, content, embedding, kind, origin) VALUES
    (known_id(6), 'the harbour freezes in January', '[0,0,0,1]', 'belief', 'consolidated'),
    (known_id(7), 'the harbour was sold to a circus', '[0,0.7,0,-0.7]', 'episode', 'imagined');
SELECT field, value, label FROM completed($$'{"what": "harbour freezes January"}'$$) WHERE field IN ('what', 'kind');
SELECT field, value, label FROM completed($$'{"what": "harbour circus"}'$$) WHERE field IN ('what', 'kind');
-- The bounds hold the confidence, shares sum to at most one, every evidence exists.
SELECT bool_and(confidence_low <= confidence AND confidence <= confidence_high AND confidence_high <= 1) AS bounded,
       bool_and((SELECT coalesce(sum((a ->> 'share')::numeric), 0) FROM jsonb_array_elements(alternatives) a) <= 1) AS shares,
       bool_and((SELECT count(*) FROM engram.memory m WHERE m.space = 'pattern' AND m.id = ANY (evidence)) = cardinality(evidence)) AS known
FROM engram_complete('{"what": "pear tree in Porto"}');
SELECT count(*) FROM engram_complete('{"what": "pear tree"}', max_alternatives => 0) WHERE alternatives <> '[]';
SELECT array_agg(DISTINCT cardinality(evidence)) FROM engram_complete('{"what": "pear tree"}', max_patterns => 1) WHERE field = 'what';
-- What cannot be completed from
SELECT attempt(s) FROM unnest(ARRAY[
    'SELECT engram_complete()',
    'SELECT engram_complete(''{}'')',
    'SELECT engram_complete(''{"what": null}'')',
    'SELECT engram_complete(''[1]'')',
    'SELECT engram_complete(''{"wen": "now"}'')',
    'SELECT engram_complete(''{"when": "half past"}'')',
    'SELECT engram_complete(''{"what": 5}'')',
    'SELECT engram_complete(''{"metadata": 5}'')',
    'SELECT engram_complete(''{"embedding": ["a"]}'')',
    'SELECT engram_complete(''{"embedding": [1, null]}'')',
    'SELECT engram_complete(NULL, ''[1,2,3]'')',
    'SELECT engram_complete(''{"embedding": [1, 0, 0, 0]}'', ''[1,0,0,0]'')',
    'SELECT engram_complete(''{"what": "boat"}'', max_patterns => 0)',
    'SELECT engram_complete(''{"what": "boat"}'', max_patterns => 4096)',
    'SELECT engram_complete(''{"what": "boat"}'', beta => 0)',
    'SELECT engram_complete(''{"what": "boat"}'', beta => ''nan'')',
    'SELECT engram_complete(''{"what": "boat"}'', threshold => 2)',
    'SELECT engram_complete(''{"what": "boat"}'', max_alternatives => NULL)',
    'SELECT engram_complete(''{"what": "boat"}'', space => ''nowhere'')']) AS s;
-- Imagination: two memories at least, a label, the same for the same seed, and nothing stored
SELECT content, label, jsonb_array_length(parts) > 1 AS parts, cardinality(sources) > 1 AS mixed, plausibility BETWEEN 0 AND 1 AS share, distance >= 0 AS far
FROM engram_imagine(ARRAY['painted boat', 'house Porto'], seed => 1);
SELECT (SELECT array_agg(i::text) FROM engram_imagine(ARRAY['boat', 'Porto'], novelty => 0.8, seed => 7) i)
     = (SELECT array_agg(i::text) FROM engram_imagine(ARRAY['boat', 'Porto'], novelty => 0.8, seed => 7) i) AS same,
       (SELECT array_agg(i::text) FROM engram_imagine(ARRAY['boat', 'Porto'], novelty => 0.8, seed => 7) i)
    <> (SELECT array_agg(i::text) FROM engram_imagine(ARRAY['boat', 'Porto'], novelty => 0.8, seed => 8) i) AS other;
SELECT count(*) FILTER (WHERE m.id IS NOT NULL) AS repeats_a_memory, count(*) > 0 AS some
FROM engram_imagine(ARRAY['boat', 'Porto', 'pear'], k => 20, novelty => 1) i LEFT JOIN engram.memory m ON m.content = i.content;
SELECT count(*) FROM engram.memory WHERE space = 'pattern';
SELECT attempt(s) FROM unnest(ARRAY[
    'SELECT engram_imagine(NULL)',
    'SELECT engram_imagine(ARRAY['' '', NULL])',
    'SELECT engram_imagine(ARRAY[''boat''], novelty => 1.5)',
    'SELECT engram_imagine(ARRAY[''boat''], k => 0)',
    'SELECT engram_imagine(ARRAY[''boat''], space => ''nowhere'')']) AS s;
-- Prediction: three mornings, twice coffee, once tea
SELECT engram_create_space('days', dimensions => 4);
SET engram.space = 'days';
INSERT INTO engram.memory (id, content, embedding, context, occurred_at)
SELECT known_id(n), content, embedding::vector, context, at::timestamptz FROM (VALUES
    (1, 'woke up', '[1,0,0,0]', 'monday', '2026-03-02 07:00'),
    (2, 'drank coffee', '[0,1,0,0]', 'monday', '2026-03-02 07:10'),
    (3, 'took the bus', '[0,0,1,0]', 'monday', '2026-03-02 08:00'),
    (4, 'woke up', '[1,0,0,0]', 'tuesday', '2026-03-03 07:00'),
    (5, 'drank coffee', '[0,1,0,0]', 'tuesday', '2026-03-03 07:20'),
    (6, 'took the bus', '[0,0,1,0]', 'tuesday', '2026-03-03 08:00'),
    (7, 'woke up', '[1,0,0,0]', 'wednesday', '2026-03-04 07:00'),
    (8, 'drank tea', '[0,0.5,0,0.86]', 'wednesday', '2026-03-04 07:30'),
    (9, 'woke up', '[1,0,0,0]', 'thursday', '2026-03-05 07:00')) AS m (n, content, embedding, context, at);
CREATE FUNCTION predicted(arguments text) RETURNS TABLE (content text, probability numeric, count int, after interval, evidence int[], antecedents int[]) LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE 'SELECT content, round(probability::numeric, 3), count, after,
        ARRAY(SELECT right(e::text, 12)::int FROM unnest(evidence) e), ARRAY(SELECT right(e::text, 12)::int FROM unnest(antecedents) e)
        FROM engram_predict(' || arguments || ')';
END
$$;
SELECT * FROM predicted($$'thursday'$$);
SELECT * FROM predicted($$cue => 'woke up', embedding => '[1,0,0,0]'$$);
SELECT * FROM predicted($$recent => ARRAY[known_id(2), known_id(1)]$$);
-- Within an hour and a half, what follows after that, too; within five minutes, nothing
SELECT content, probability, count, after FROM predicted($$'thursday', horizon => '90 minutes'$$);
SELECT * FROM predicted($$'thursday', horizon => '5 minutes'$$);
SELECT sum(probability) < 1 AS whole FROM engram_predict('thursday', horizon => '2 hours', k => 100);
SELECT count(*) FROM engram_predict('thursday', k => 1);
-- An unknown context says nothing; what ended its context leaves its share to what is not known
SELECT * FROM engram_predict('someday');
SELECT * FROM predicted($$cue => 'drank tea', embedding => '[0,0.5,0,0.86]'$$);
SELECT attempt(s) FROM unnest(ARRAY[
    'SELECT engram_predict()',
    'SELECT engram_predict(recent => ARRAY[known_id(99)])',
    'SELECT engram_predict(''thursday'', horizon => ''-1 day'')',
    'SELECT engram_predict(''thursday'', k => 0)',
    'SELECT engram_predict(''thursday'', space => ''nowhere'')']) AS s;
-- All three need no right to write, and see what their caller sees.
CREATE ROLE pattern_reader IN ROLE engram_reader;
SELECT engram_configure_space('days', readers => '{pattern_reader}');
CREATE POLICY pattern_hidden ON engram.memory AS RESTRICTIVE FOR SELECT TO pattern_reader USING (content <> 'drank tea');
SET ROLE pattern_reader;
BEGIN READ ONLY;
SELECT content, probability, evidence FROM predicted($$'thursday'$$);
SELECT count(*) FROM engram_complete('{"what": "drank"}', '[0,0.5,0,0.86]') WHERE field = 'what' AND (value::text || alternatives::text) LIKE '%tea%';
SELECT count(*) FROM engram_imagine(ARRAY['drank tea'], novelty => 1, k => 50) WHERE content LIKE '%tea%';
SELECT attempt('SELECT engram_predict(recent => ARRAY[known_id(8)])');
SELECT attempt(s) FROM unnest(ARRAY[
    'SELECT engram_complete(''{"what": "boat"}'', space => ''pattern'')',
    'SELECT engram_imagine(ARRAY[''boat''], space => ''pattern'')',
    'SELECT engram_predict(''thursday'', space => ''pattern'')']) AS s;
COMMIT;
RESET ROLE;
DROP POLICY pattern_hidden ON engram.memory;
SELECT count(*) FROM engram.trace WHERE space IN ('days', 'pattern');
SELECT engram_drop_space('days');
SELECT engram_drop_space('pattern');
DROP ROLE pattern_reader;
DROP FUNCTION completed(text), predicted(text);
RESET engram.space;

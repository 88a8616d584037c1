-- The query language. An answer is rows of jsonb; brief() shows what of them is the same everywhere.
SELECT engram_create_space('query', dimensions => 3);
SET engram.space = 'query';
SET TIME ZONE 'UTC';
INSERT INTO engram.memory (id, content, embedding, cues, kind, context, source, metadata, occurred_at, created_at, evidence_for, evidence_against)
SELECT known_id(n), content, embedding::vector, cues::text[], kind, context, source, metadata::jsonb, at::timestamptz, made::timestamptz, pro, con FROM (VALUES
    (1, 'Ana keeps the boat in Saltmere', '[1,0,0]', '{ana,about:saltmere}', 'episode', 'call 1', 'mail', '{"place": {"name": "harbour"}, "n": 1}', '2026-01-01', '2026-02-01', 9, 1),
    (2, 'the boat was painted blue', '[0.9,0.1,0]', '{}', 'episode', 'call 1', 'phone', '{"n": 2}', '2026-01-02 12:00', '2026-02-02', 8, 2),
    (3, 'a boat needs a harbour', '[0.8,0.3,0]', '{}', 'belief', NULL, 'mail', '{"n": 3, "sure": true}', '2026-01-03', '2026-02-03', 5, 5),
    (4, 'bread was baked twice', '[0,0,1]', '{bread}', 'rule', 'call 2', NULL, '{}', '2026-01-04', '2026-02-04', 1, 9)) AS m (n, content, embedding, cues, kind, context, source, metadata, at, made, pro, con);
SELECT engram_associate(known_id(1), known_id(4), weight => 0.9);
CREATE FUNCTION brief(query text, params jsonb DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    SELECT pg_catalog.string_agg(right(r ->> 'id', 1), ' ') FROM engram_query(query, params) AS r
$$;
-- One row has the keys that the columns of engram_recall have.
SELECT jsonb_pretty(r - 'score' - 'tier') FROM engram_query('RECALL "boat Saltmere" LIMIT 1') AS r;
SELECT (SELECT array_agg(k ORDER BY k) FROM engram_query('RECALL "boat" LIMIT 1') AS r, jsonb_object_keys(r) AS k)
     = (SELECT array_agg(k ORDER BY k) FROM engram_recall('boat', k => 1) AS r, jsonb_object_keys(to_jsonb(r)) AS k) AS same_keys,
       (SELECT array_agg(r) FROM engram_query('RECALL "boat"') AS r)
     = (SELECT array_agg(to_jsonb(r)) FROM engram_recall('boat') AS r) AS same_rows;
-- Patterns: a text, an embedding, a memory, anything
SELECT brief('RECALL "boat"'), brief('RECALL [1,0,0] LIMIT 2'), brief('RECALL [1,0,0] THRESHOLD 0.99'), brief('RECALL ANY'), brief('RECALL ANY LIMIT 2');
SELECT brief('RECALL 00000000-0000-7000-8000-000000000001') ~ '4' AS associated;
SELECT r ->> 'score' AS score, r ->> 'tier' AS tier, r ->> 'content' AS content FROM engram_query('RECALL ANY LIMIT 1') AS r;
-- Conditions hold one by one, whether a cue brings to mind or not.
SELECT condition, brief('RECALL ANY WHERE ' || condition) AS any, brief('RECALL "boat harbour bread" WHERE ' || condition) AS by_cue FROM (VALUES
    ('kind = episode'), ('kind IN (belief, rule)'), ('content CONTAINS "BOAT"'), ('content CONTAINS "boat" AND content CONTAINS "blue"'),
    ('content CONTAINS "%"'), ('cue = Ana'), ('cue = "Saltmere"'), ('cue = ana AND cue = saltmere'), ('context = "call 1"'), ('source = mail'),
    ('metadata.n = 2'), ('metadata.place.name = harbour'), ('metadata.place.name = harbour AND metadata.n = 1'), ('metadata.sure = true'),
    ('metadata.n = "2"'), ('occurred AFTER 2026-01-01'), ('occurred BEFORE ''2026-01-02 12:00'''), ('occurred BETWEEN 2026-01-01 AND 2026-01-02T12:00Z'),
    ('occurred AFTER 2026-01-02T13:30+01:00'), ('created AFTER 2026-02-02'), ('created BETWEEN 2026-02-02 AND 2026-02-03'), ('created BEFORE "2026-02-02"'),
    ('confidence > 0.8'), ('confidence >= 0.8'), ('confidence < 0.5'), ('confidence = 0.8'), ('confidence > 0.2 AND confidence < 0.85')) AS c (condition);
SELECT brief('RECALL "boat" CONFIDENCE < 0.85 SINCE 2026-01-02 UNTIL 2026-01-03');
-- A condition leaves as many rows as fulfil it, however many match better.
INSERT INTO engram.memory (id, content, created_at) SELECT known_id(1000 + n), 'boat number ' || n, '2026-03-01' FROM generate_series(1, 500) AS n;
SELECT brief('RECALL "boat number" WHERE source = mail'), brief('RECALL "boat number" WHERE created BEFORE 2026-03-01 LIMIT 2') IS NOT NULL AS older;
DELETE FROM engram.memory WHERE space = 'query' AND content LIKE 'boat number%';
-- Relative times: what the test clock says is now, in days of the session's time zone
SET engram.test_clock = 1769947200; -- 2026-02-01 12:00 UTC
SELECT brief('RECALL ANY SINCE 1 month ago'), brief('RECALL ANY SINCE 30 days ago'), brief('RECALL ANY SINCE "720 HOURS AGO"'),
       brief('RECALL ANY WHERE created BEFORE now'), brief('RECALL ANY WHERE created BEFORE today'), brief('RECALL ANY WHERE created AFTER yesterday AND created BEFORE today');
SET TIME ZONE 'Asia/Tokyo';
SELECT brief('RECALL ANY WHERE created BEFORE 2026-02-01'), brief('RECALL ANY WHERE created BEFORE 2026-02-01T10:00'), brief('RECALL ANY WHERE created BEFORE 2026-02-01T10:00Z');
RESET engram.test_clock;
SET TIME ZONE 'UTC';
-- Spreading
SELECT r - 'activation' FROM engram_query('SPREAD FROM 00000000-0000-7000-8000-000000000001 MAX_HOPS 1 LIMIT 1') AS r;
SELECT (SELECT r -> 'activation' FROM engram_query('SPREAD FROM 00000000-0000-7000-8000-000000000001 LIMIT 1') AS r)
     > (SELECT r -> 'activation' FROM engram_query('SPREAD FROM 00000000-0000-7000-8000-000000000001 DECAY 0.9 LIMIT 1') AS r) AS more_decay_less_activation,
       brief('SPREAD FROM 00000000-0000-7000-8000-000000000001 MAX_HOPS 0');
-- Explained
SELECT r ->> 'signal' AS signal, right(r ->> 'id', 1) AS memory FROM engram_query('EXPLAIN RECALL "blue" LIMIT 1') AS r WHERE r ->> 'id' IS NOT NULL;
SELECT engram_query('EXPLAIN SPREAD FROM 00000000-0000-7000-8000-000000000001 DECAY 0.25 LIMIT 3');
SELECT engram_query('EXPLAIN RECALL ANY LIMIT 3 IN SPACE query');
-- Completion, imagination, prediction: the rows of the functions
SELECT (SELECT array_agg(r - '{energy,confidence,confidence_low,confidence_high,alternatives}'::text[]) FROM engram_query('COMPLETE {"what": "boat in Saltmere"}') AS r)
     = (SELECT array_agg(to_jsonb(r) - '{energy,confidence,confidence_low,confidence_high,alternatives}'::text[]) FROM engram_complete('{"what": "boat in Saltmere"}') AS r) AS same_completion,
       (SELECT array_agg(k ORDER BY k) FROM engram_query('COMPLETE "boat" LIMIT 1') AS r, jsonb_object_keys(r) AS k)
     = (SELECT array_agg(k ORDER BY k) FROM (SELECT * FROM engram_complete('{"what": "boat"}') LIMIT 1) AS r, jsonb_object_keys(to_jsonb(r)) AS k) AS same_keys;
SELECT count(*) FROM engram_query('COMPLETE [1,0,0] LIMIT 2');
SELECT (SELECT array_agg(r ->> 'content') FROM engram_query('IMAGINE "boat in the harbour" NOVELTY 0.5 LIMIT 2') AS r)
     = (SELECT array_agg(content) FROM engram_imagine('{boat in the harbour}', novelty => 0.5, k => 2)) AS same_imagination,
       (SELECT bool_and(r ->> 'label' = 'imagined') FROM engram_query('IMAGINE ANY BASED ON 00000000-0000-7000-8000-000000000001, 00000000-0000-7000-8000-000000000003') AS r) AS labelled;
SELECT (SELECT array_agg(r - 'after') FROM engram_query('PREDICT "Ana keeps the boat in Saltmere"') AS r)
     = (SELECT array_agg(to_jsonb(r) - 'after') FROM engram_predict(cue => 'Ana keeps the boat in Saltmere') AS r) AS same_prediction,
       (SELECT r ->> 'after' FROM engram_query('PREDICT ANY GIVEN 00000000-0000-7000-8000-000000000001') AS r LIMIT 1) AS after;
SELECT engram_query('EXPLAIN PREDICT "boat" IN CONTEXT "call 1" HORIZON 2 hours');
-- Parameters are values, never words.
SELECT brief('RECALL $cue WHERE kind = $kind AND metadata.n = $n LIMIT $limit', '{"cue": "boat", "kind": "episode", "n": 2, "limit": 3}'),
       brief('RECALL $v LIMIT 1', '{"v": [0, 0, 1]}'), brief('SPREAD FROM $ids LIMIT 1', '{"ids": ["00000000-0000-7000-8000-000000000001"]}'),
       brief('RECALL $cue', '{"cue": "bread\" LIMIT 1 --"}');
-- Errors: the place, what was expected, what was meant, and an example
SELECT query, left(attempt(format('SELECT engram_query(%L)', query)), 5) FROM (VALUES ('RECALL'), ('RECALL "x" LIMIT 0'), ('RECALL $x'), ('CONSOLIDATE'), ('RECALL "x" IN SPACE nowhere')) AS q (query)
UNION ALL SELECT 'too long', left(attempt(format('SELECT engram_query(%L)', repeat(' ', 1 << 20) || 'x')), 5);
SELECT engram_query('RECALL "boat" WHERE ocurred AFTER 2025-01-01');
SELECT engram_query(E'RECALL "boat"\n  LIMTI 3');
SELECT engram_query('RECAL "boat"');
SELECT engram_query('SPREAD FORM x');
SELECT engram_query('RECALL "boat" LIMIT 0');
SELECT engram_query('RECALL "boat" WHERE created BEFORE 2026-02-30');
SELECT engram_query('RECALL $cue');
SELECT engram_query('RECALL "boat"; DROP TABLE x');
SELECT engram_query('');
SELECT engram_query(NULL);
SELECT engram_query('RECALL "x"', '[1]');
SELECT engram_query('CONSOLIDATE DRY RUN');
SELECT engram_query('IMAGINE ANY');
SELECT engram_query('PREDICT ANY');
SELECT engram_query('COMPLETE {"whom": 1}');
SELECT engram_query('RECALL "boat" IN SPACE nowhere');
SELECT engram_query('RECALL 00000000-0000-7000-8000-000000000099');
SELECT engram_query('RECALL [1,0]');
-- The place outlives an error that is caught, and the next error has its own.
DO $$
BEGIN
    PERFORM engram_query('RECALL "boat" LIMTI 3');
EXCEPTION WHEN syntax_error THEN
    RAISE NOTICE 'caught: %', SQLERRM;
END
$$;
SELECT 1 / 0;
-- Every example of an error runs.
CREATE FUNCTION example(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    hint text;
BEGIN
    PERFORM engram_query(query);
    RETURN 'no error';
EXCEPTION WHEN others THEN
    GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
    RETURN pg_catalog.split_part(hint, 'For example: ', 2);
END
$$;
SELECT query, example(query), attempt(pg_catalog.format('SELECT engram_query(%L)', example(query))) FROM (VALUES
    ('RECALL'), ('SPREAD'), ('COMPLETE'), ('IMAGINE'), ('PREDICT'), ('')) AS q (query);
DROP FUNCTION brief, example;
SELECT engram_drop_space('query');
RESET engram.space;
RESET TIME ZONE;

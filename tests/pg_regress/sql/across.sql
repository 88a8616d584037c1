-- Recall from several spaces at once. Paths and ids are written by the last digits.
SET engram.create_spaces = off;
SELECT engram_create_space('across_a', dimensions => 3), engram_create_space('across_b', dimensions => 3),
       engram_create_space('across_c', dimensions => 2);
INSERT INTO engram.memory (space, id, content, embedding, cues) VALUES
    ('across_a', known_id(1), 'the ferry sailed at noon', '[1,0,0]', '{ferry}'),
    ('across_a', known_id(2), 'bread was baked twice', '[0,0,1]', '{bakery}'),
    ('across_a', known_id(5), 'the ferry was painted green', '[0,1,0]', '{ferry, paint}'),
    ('across_b', known_id(1), 'the ferry sailed at noon', '[1,0,0]', '{ferry}'),
    ('across_b', known_id(3), 'a ferry ran aground', '[0.8,0.6,0]', '{ferry}'),
    ('across_b', known_id(4), 'nobody came', NULL, '{}'),
    ('across_c', known_id(6), 'no boat here, but a ferry bell', '[1,0]', '{}');
CREATE FUNCTION across(arguments text)
RETURNS TABLE (space text, id text, content text, rank bigint, score numeric, path text) LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE 'SELECT r.space, right(r.id::text, 1), r.content, r.ordinality, round(r.score::numeric, 4),
        (SELECT string_agg(right(v::text, 1), '' > '' ORDER BY n) FROM unnest(r.via) WITH ORDINALITY AS u (v, n))
        FROM engram_recall_across(' || arguments || ') WITH ORDINALITY AS r ORDER BY r.ordinality';
END
$$;
-- By score, then space, then id; k in all.
SELECT * FROM across($$'{across_b,across_a}', 'ferry', hops => 0$$);
SELECT * FROM across($$'{across_b,across_a}', 'ferry', hops => 0, k => 2$$);
SELECT * FROM across($$'{across_a,across_b,across_c}', 'ferry', k => 3, hops => 0$$);
SELECT * FROM across($$'{across_a,across_b}', embedding => '[1,0,0]', hops => 0$$);
-- A space named twice counts once; null elements count nothing.
SELECT * FROM across($$ARRAY['across_a', NULL, 'across_a'], 'ferry', hops => 0$$);
-- One space answers as engram_recall does.
SELECT count(*) AS differences FROM (
    (SELECT * FROM engram_recall_across('{across_a}', 'ferry at noon', '[1,0.2,0]', cues => '{bakery}')
     EXCEPT ALL SELECT * FROM engram_recall('ferry at noon', '[1,0.2,0]', 'across_a', cues => '{bakery}'))
    UNION ALL
    (SELECT * FROM engram_recall('ferry at noon', '[1,0.2,0]', 'across_a', cues => '{bakery}')
     EXCEPT ALL SELECT * FROM engram_recall_across('{across_a}', 'ferry at noon', '[1,0.2,0]', cues => '{bakery}'))) AS d;
-- The budget is one, and what another space has said already is left out.
SELECT * FROM across($$'{across_a,across_b}', 'ferry', hops => 0, max_tokens => 100$$);
SELECT * FROM across($$'{across_a,across_b}', 'ferry', hops => 0, max_tokens => 11$$);
SELECT * FROM across($$'{across_a,across_b}', 'ferry', hops => 0, max_tokens => 4$$);
-- Memories named: each space spreads from those it has.
SELECT * FROM across($$'{across_a,across_b}', ids => ARRAY[known_id(3), known_id(5)], hops => 1$$);
-- Conditions, and nothing at all.
SELECT * FROM across($$'{across_a,across_b}', 'ferry', min_score => 0.999$$);
SELECT * FROM across($$'{across_a,across_b}', 'submarine'$$);
-- Errors
SELECT attempt($$SELECT engram_recall_across(NULL, 'ferry')$$);
SELECT attempt($$SELECT engram_recall_across('{}', 'ferry')$$);
SELECT attempt($$SELECT engram_recall_across(ARRAY[NULL]::text[], 'ferry')$$);
SELECT attempt($$SELECT engram_recall_across('{across_a}')$$);
SELECT attempt($$SELECT engram_recall_across('{across_a,nowhere}', 'ferry')$$);
SELECT attempt($$SELECT engram_recall_across('{across_a,across_c}', embedding => '[1,0,0]')$$);
SELECT attempt($$SELECT engram_recall_across('{across_a,across_b}', ids => ARRAY[known_id(9)])$$);
SELECT attempt($$SELECT engram_recall_across('{across_a}', 'ferry', k => 0)$$);
-- A space that the caller may not read is as one that is not there.
CREATE ROLE across_reader LOGIN;
GRANT engram_reader TO across_reader;
SELECT engram_configure_space('across_a', readers => '{across_reader}');
SET ROLE across_reader;
SELECT space, content FROM across($$'{across_a}', 'ferry', hops => 0$$);
SELECT attempt($$SELECT engram_recall_across('{across_a,across_b}', 'ferry')$$);
SELECT attempt($$SELECT engram_recall_across('{across_a,nowhere}', 'ferry')$$);
SELECT space, content FROM engram_recall_across(ARRAY(SELECT s.space FROM engram.space s WHERE engram.may_read(s.space) AND s.space LIKE 'across%'), 'ferry', hops => 0);
RESET ROLE;
SELECT engram_drop_space('across_a'), engram_drop_space('across_b'), engram_drop_space('across_c');
DROP ROLE across_reader;
RESET engram.create_spaces;

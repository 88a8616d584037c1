-- Reconsolidation: a recall makes a memory labile for some hours; what is labile is changed in place, what is stable gets a competitor.
SELECT engram_create_space('plastic', dimensions => 2);
SET engram.space = 'plastic';
SET TIME ZONE 'UTC';
INSERT INTO engram.memory (id, content, embedding, cues, context, source, metadata, label, created_at, evidence_for, evidence_against)
SELECT known_id(n), content, embedding::vector, '{boat}', 'call 1', 'mail', '{"n": 1}', 'team', made::timestamptz, 8, 2 FROM (VALUES
    (1, 'Ana keeps the boat in Saltmere', '[1,0]', '2026-01-01'),
    (2, 'Bob keeps a lorry in Hull', '[0,1]', '2026-01-01'),
    (3, 'Cleo found a pearl', '[0.7,0.7]', '2026-01-31 06:00')) AS m (n, content, embedding, made);
-- The clock stands at 2026-01-31 12:00.
SET engram.test_clock = 1769860800;
SELECT * FROM engram_lability(known_id(1));
SELECT count(*) FROM engram_recall('Saltmere', k => 1);
SELECT * FROM engram_lability(known_id(1));
-- An inverted U
CREATE FUNCTION after(elapsed interval) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('engram.test_clock', (1769860800 + extract(epoch FROM elapsed))::text, false);
    RETURN (SELECT concat_ws(' ', labile, plasticity, reason) FROM engram_lability(known_id(1)));
END
$$;
SELECT hours, after(make_interval(mins => (hours * 60)::int)) FROM unnest('{0,0.25,0.5,1,3,5,5.5,5.75,6,7,100}'::numeric[]) AS hours;
-- Boundaries are settings.
SELECT after('1 hour');
SET engram.lability_opens = '2h';
SELECT after('1 hour'), after('4 hours');
SET engram.lability_window = '1h';
SELECT after('4 hours');
RESET engram.lability_opens;
RESET engram.lability_window;
SET engram.lability_age = '40 d';
SELECT after('3 hours');
RESET engram.lability_age;
SET engram.lability_plasticity = 0.9;
SELECT after('1 hour'), after('3 hours');
SET engram.lability_plasticity = 0;
SELECT after('0'), after('6 hours'), after('6 hours 1 second');
RESET engram.lability_plasticity;
SET engram.reconsolidation = off;
SELECT after('3 hours');
RESET engram.reconsolidation;
-- In place: half way through the first half, plasticity 0.75
SELECT after('90 minutes');
SELECT * FROM engram_update(known_id(1), content => 'Ana keeps the boat in Whitby', embedding => '[0,1]', confidence => 0, mode => 'reconsolidate');
SELECT content, embedding, evidence_for, evidence_against, cues, metadata, source FROM engram.memory WHERE space = 'plastic' AND id = known_id(1);
SELECT version, content, embedding, evidence_for, mode FROM engram.memory_history WHERE space = 'plastic' AND id = known_id(1);
SELECT count(*) FROM engram.memory WHERE space = 'plastic';
-- A plain update always corrects, labile or not.
SELECT * FROM engram_update(known_id(1), content => 'Ana keeps the boat in Saltmere', embedding => '[1,0]');
SELECT content, embedding FROM engram.memory WHERE space = 'plastic' AND id = known_id(1);
SELECT version, mode FROM engram.memory_history WHERE space = 'plastic' AND id = known_id(1) ORDER BY version;
-- Outside the window a memory of its own competes, linked both ways; the first is as it was.
SELECT after('7 hours');
CREATE TEMP TABLE rival AS SELECT * FROM engram_update(known_id(1), content => 'Ana keeps the boat in Robin Hood''s Bay', embedding => '[0,1]', confidence => 0.9, mode => 'reconsolidate');
SELECT id <> known_id(1) AS another, mode, in_place, plasticity, reason FROM rival;
SELECT m.content, m.embedding, m.context, m.source, m.metadata, m.label, round(m.evidence_for::numeric, 2) AS evidence FROM engram.memory m, rival r WHERE m.id = r.id;
SELECT content, embedding FROM engram.memory WHERE space = 'plastic' AND id = known_id(1);
SELECT source = known_id(1) AS from_first, kind, weight FROM engram.association WHERE space = 'plastic' AND kind = 'semantic' ORDER BY 1;
SELECT count(*) FROM engram.memory_history WHERE space = 'plastic' AND id = known_id(1);
-- Never recalled, and too young
SELECT in_place, reason FROM engram_update(known_id(2), content => 'Bob keeps a lorry in York', mode => 'reconsolidate');
SELECT after('0');
SELECT count(*) FROM engram_recall('pearl', k => 1);
SELECT after('3 hours');
SELECT in_place, reason FROM engram_update(known_id(3), content => 'Cleo found two pearls', mode => 'reconsolidate');
-- A recall that is no use opens nothing.
SELECT count(*) FROM engram_recall('lorry Hull', k => 1, reinforce => false);
SELECT reason FROM engram_lability(known_id(2));
-- What engram.trace knows counts as well.
INSERT INTO engram.trace (space, id, recalls, last_recalled_at) VALUES ('plastic', known_id(2), 1, '2026-01-31 12:00');
SELECT labile, plasticity, recalled_at, closes_at FROM engram_lability(known_id(2));
-- Errors change nothing.
SELECT attempt($$SELECT engram_update(known_id(9), content => 'x', mode => 'reconsolidate')$$), attempt($$SELECT engram_lability(known_id(9))$$), attempt($$SELECT engram_lability(NULL)$$);
SELECT attempt($$SELECT engram_update(known_id(2), content => 'x', mode => 'guess')$$), attempt($$SELECT engram_update(known_id(2), confidence => 2, mode => 'reconsolidate')$$);
SELECT count(*) FROM engram.memory_history WHERE space = 'plastic' AND id = known_id(2);
RESET engram.test_clock;
DROP FUNCTION after;
SELECT engram_drop_space('plastic');
RESET engram.space;
RESET TIME ZONE;

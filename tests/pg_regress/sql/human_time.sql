-- Experiments on people that last a month and a year, run through SQL: the test clock stands where it is set.
SET engram.decay = on;
SET engram.reinforce = on;
-- Ebbinghaus 1885, and two who repeated his experiment (Murre and Dros 2015): a list learnt once, with the curve that engram_conformance()
-- has fitted to the savings of the first.
SELECT engram_create_space('syllables', encoder => 'none');
SET engram.space = 'syllables';
SET engram.test_clock = 1577836800; -- 2020-01-01
SELECT engram_remember('wux caz bij nol', id => known_id(1), occurred_at => '2020-01-01 00:00+00', cues => '{}') IS NOT NULL AS learnt;
SELECT engram_set_decay('custom', parameters => jsonb_build_object('curve', 'power',
           'exponent', substring(note FROM 'exponent ([0-9]\.[0-9]+)')::numeric,
           'stability', substring(note FROM 'Stability ([0-9.]+) seconds')::numeric / 86400))
FROM engram_conformance() WHERE condition = 'Ebbinghaus, root mean squared error';
CREATE TEMP TABLE interval_of (minutes int, name text);
INSERT INTO interval_of VALUES (19, '20 minutes'), (63, '1 hour'), (525, '9 hours'), (1440, '1 day'), (2880, '2 days'),
    (8640, '6 days'), (44640, '31 days');
CREATE TEMP TABLE saved AS
SELECT i.*, r.retrievability, c.who, c.published, c.model
FROM interval_of AS i,
     LATERAL engram_retrievability(known_id(1), at => '2020-01-01 00:00+00'::timestamptz + i.minutes * interval '1 minute') AS r,
     LATERAL (SELECT split_part(condition, ', ', 1) AS who, published, model FROM engram_conformance()
              WHERE experiment = 'forgetting' AND split_part(condition, ', ', 2) = i.name) AS c;
SELECT name, round(retrievability::numeric, 2) AS left FROM saved WHERE who = 'Ebbinghaus' ORDER BY minutes;
SELECT count(*) AS figures, count(*) FILTER (WHERE abs(retrievability - model) > 0.001) AS other_than_the_engine FROM saved;
SELECT who, sqrt(avg((retrievability - published) ^ 2)) <= CASE who WHEN 'Mack' THEN 0.054 ELSE 0.095 END AS predicted
FROM saved WHERE who IN ('Mack', 'Dros') GROUP BY who ORDER BY who;
-- Cepeda et al. 2008: each fact is learnt, learnt again after a gap, and asked for after another time.
SELECT engram_create_space('facts', encoder => 'none');
SET engram.space = 'facts';
SELECT engram_set_decay('power', parameters => jsonb_build_object('stability',
           substring(note FROM 'Stability ([0-9]\.[0-9]+) days')::numeric))
FROM engram_conformance() WHERE condition = 'best gap as a share of 7 days';
CREATE TEMP TABLE gap AS SELECT n::int, days FROM unnest(ARRAY[0, 1, 2, 7, 21, 105]) WITH ORDINALITY AS g (days, n);
SET engram.test_clock = 1577836800;
SELECT count(engram_remember(format('fact number %s', n), id => known_id(10 + n), occurred_at => '2020-01-01 00:00+00', cues => '{}')) AS learnt
FROM gap;
CREATE PROCEDURE learn_again() LANGUAGE plpgsql AS $$
DECLARE
    g record;
BEGIN
    FOR g IN SELECT * FROM gap ORDER BY n LOOP
        PERFORM set_config('engram.test_clock', (1577836800 + g.days * 86400)::text, false);
        PERFORM engram_remember(format('fact number %s', g.n), on_duplicate => 'reinforce', cues => '{}');
    END LOOP;
END
$$;
CALL learn_again();
SELECT days, s.uses, round(s.stability::numeric, 3) AS stability
FROM gap, LATERAL engram_retrievability(known_id(10 + n), at => '2020-01-01 00:00+00'::timestamptz + days * interval '24 hours') AS s
ORDER BY days;
-- The best of these gaps grows with the time to the test, and there is none that is best for all.
SELECT DISTINCT ON (test) test, days AS best_gap
FROM gap, unnest(ARRAY[interval '10 minutes', '7 days', '35 days', '350 days']) AS test,
     LATERAL engram_retrievability(known_id(10 + n), at => '2020-01-01 00:00+00'::timestamptz + days * interval '24 hours' + test) AS r
ORDER BY test, r.retrievability DESC;
DROP PROCEDURE learn_again;
RESET engram.test_clock;

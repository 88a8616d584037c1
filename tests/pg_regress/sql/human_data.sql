-- Two experiments on people, run through SQL as they would be run on the memory of an application.
-- The fan effect (Anderson 1974): persons in locations, each in one to three facts, in two halves that share nothing.
SELECT engram_create_space('fan');
SET engram.space = 'fan';
CREATE TEMP TABLE fact AS
SELECT half || ' ' || person AS person, half || ' ' || location AS location, person_fan, location_fan, half
FROM (VALUES ('north'), ('south')) AS h (half), (VALUES
    ('pilot', 'tower', 1, 1), ('baker', 'bridge', 1, 2), ('nurse', 'market', 1, 3), ('judge', 'cellar', 2, 1), ('judge', 'quarry', 2, 2),
    ('clown', 'bridge', 2, 2), ('clown', 'market', 2, 3), ('miner', 'chapel', 3, 1), ('miner', 'quarry', 3, 2), ('miner', 'market', 3, 3)
    ) AS f (person, location, person_fan, location_fan);
SELECT count(engram_remember(format('The %s is in the %s', person, location), cues => ARRAY[person, location],
                             id => known_id(n::int))) AS facts
FROM (SELECT *, row_number() OVER () AS n FROM fact) AS f;
-- A probe names both cues. What comes to mind of a target is the fact that both lead to, the sooner the fewer others they lead to; a foil
-- takes its cues from both halves, leads to facts of one of them only, and is judged by the mean of both.
CREATE FUNCTION probed(person text, location text) RETURNS TABLE (content text, activation real, score real, n bigint) LANGUAGE sql AS $$
    SELECT r.content, r.activation, r.score, r.ordinality
    FROM engram_recall(cues => ARRAY[person, location], reinforce => false) WITH ORDINALITY AS r
    WHERE r.content LIKE '%' || person || ' %' OR r.content LIKE '%' || location ORDER BY r.ordinality
$$;
CREATE TEMP TABLE target AS
SELECT f.*, p.activation, p.score, p.content = format('The %s is in the %s', f.person, f.location) AS found
FROM fact AS f, LATERAL (SELECT * FROM probed(f.person, f.location) LIMIT 1) AS p;
SELECT bool_and(found) AS found FROM target;
SELECT person_fan, location_fan, round(avg(activation)::numeric, 3) AS activation FROM target GROUP BY 1, 2 ORDER BY 1, 2;
CREATE TEMP TABLE foil AS
SELECT p.person_fan, l.location_fan,
       (SELECT (avg(score) FILTER (WHERE content LIKE '%' || p.person || ' %') + avg(score) FILTER (WHERE content LIKE '%' || l.location)) / 2
        FROM probed(p.person, l.location)) AS score
FROM (SELECT DISTINCT person, person_fan FROM fact WHERE half = 'north') AS p,
     (SELECT DISTINCT location, location_fan FROM fact WHERE half = 'south') AS l;
-- The eighteen published times, by 1 - score, which is exp(-evidence), one latency scale and one offset for foils: Spearman's rank
-- correlation of .9 or more. The scale is the common slope of targets and foils.
WITH published (kind, person_fan, location_fan, seconds) AS (
    VALUES ('target', 1, 1, 1.11), ('target', 1, 2, 1.17), ('target', 1, 3, 1.22), ('target', 2, 1, 1.17), ('target', 2, 2, 1.20),
           ('target', 2, 3, 1.22), ('target', 3, 1, 1.15), ('target', 3, 2, 1.23), ('target', 3, 3, 1.36),
           ('foil', 1, 1, 1.20), ('foil', 1, 2, 1.22), ('foil', 1, 3, 1.26), ('foil', 2, 1, 1.25), ('foil', 2, 2, 1.36),
           ('foil', 2, 3, 1.29), ('foil', 3, 1, 1.26), ('foil', 3, 2, 1.47), ('foil', 3, 3, 1.47)),
probe AS (SELECT 'target' AS kind, person_fan, location_fan, score FROM target UNION ALL SELECT 'foil', * FROM foil),
modelled AS (SELECT kind, person_fan, location_fan, avg(1 - score) AS x FROM probe GROUP BY 1, 2, 3),
centred AS (
    SELECT seconds, x - avg(x) OVER kinds AS x, seconds - avg(seconds) OVER kinds AS y, avg(seconds) OVER kinds AS mean
    FROM published JOIN modelled USING (kind, person_fan, location_fan) WINDOW kinds AS (PARTITION BY kind)),
fitted AS (SELECT seconds, round((mean + x * (SELECT regr_slope(y, x) FROM centred))::numeric, 3) AS model FROM centred),
ranked AS (
    SELECT rank() OVER (ORDER BY seconds) + (count(*) OVER (PARTITION BY seconds) - 1) / 2.0 AS published,
           rank() OVER (ORDER BY model) + (count(*) OVER (PARTITION BY model) - 1) / 2.0 AS modelled
    FROM fitted)
SELECT count(*) AS times, corr(published, modelled) >= 0.9 AS follows, round(corr(published, modelled)::numeric, 3) AS correlation FROM ranked;
-- The fan is that of now: another fact about the pilot slows the one that was learnt before.
SELECT engram_remember('The north pilot is in the garden', cues => '{north pilot, garden}', id => known_id(21)) IS NOT NULL AS learnt;
SELECT p.content, p.activation < t.activation AS less, p.score < t.score AS slower
FROM target AS t, LATERAL (SELECT * FROM probed(t.person, t.location) LIMIT 1) AS p WHERE t.person = 'north pilot';
-- False recall (Deese 1959; Roediger and McDermott 1995): a word that every studied word leads to, and that was not studied.
SELECT engram_create_space('lists', encoder => 'none');
SET engram.space = 'lists';
CREATE TEMP TABLE word (n int PRIMARY KEY, word text, list text, strength real);
-- Backward strengths of bed, tired, rest and dream are those of the University of South Florida norms; the others are ours.
INSERT INTO word VALUES
    (1, 'bed', 'sleep', 0.638), (2, 'tired', 'sleep', 0.479), (3, 'rest', 'sleep', 0.475), (4, 'dream', 'sleep', 0.247),
    (5, 'quay', 'harbour', 0.35), (6, 'pier', 'harbour', 0.25), (7, 'ferry', 'harbour', 0.20), (8, 'tide', 'harbour', 0.10),
    (11, 'sleep', NULL, NULL), (12, 'harbour', NULL, NULL), (13, 'lamp', NULL, NULL), (14, 'rope', NULL, NULL),
    (15, 'violin', NULL, NULL), (16, 'volcano', NULL, NULL), (17, 'something else', NULL, NULL);
SELECT count(engram_remember(word, id => known_id(n))) AS words FROM word;
-- Free association is a distribution: a word leads to its lure, weakly to another word, hardly to an unrelated one, or to something else.
CREATE TEMP TABLE leads AS
SELECT w.n AS source, t.target, t.weight::real FROM word AS w, LATERAL (VALUES
    ((SELECT l.n FROM word AS l WHERE l.word = w.list), w.strength), (CASE w.list WHEN 'sleep' THEN 13 ELSE 14 END, 0.03),
    (15 + w.n % 2, 0.005), (17, 1 - w.strength - 0.035)) AS t (target, weight) WHERE w.list IS NOT NULL;
SELECT count(engram_associate(known_id(source), known_id(target), 'semantic', weight)) AS leads FROM leads;
CREATE FUNCTION studied(list text) RETURNS uuid[] LANGUAGE sql AS $$
    SELECT array_agg(known_id(w.n) ORDER BY w.n) FROM word AS w WHERE w.list = $1
$$;
-- What is studied comes first where it is asked for; of what is not, the lure, then what is weakly associated, then the unrelated.
SELECT l.list, r.content, round(r.activation::numeric, 4) AS activation, r.hops
FROM (VALUES ('sleep'), ('harbour')) AS l (list), LATERAL engram_recall(ids => studied(l.list), k => 20, reinforce => false) WITH ORDINALITY AS r
WHERE r.hops > 0 AND r.content <> 'something else' ORDER BY l.list DESC, r.ordinality;
SELECT l.list, s.id = known_id(11) OR s.id = known_id(12) AS lure, round(s.activation::numeric, 4) AS activation
FROM (VALUES ('sleep'), ('harbour')) AS l (list), LATERAL engram_spread(studied(l.list), k => 20) WITH ORDINALITY AS s
WHERE s.id <> known_id(17) ORDER BY l.list DESC, s.ordinality;

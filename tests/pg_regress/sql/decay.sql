-- Forgetting and strengthening. The test clock stands: a year passes between two lines.
SET engram.space = 'decay';
SET engram.decay = on;
SET engram.test_clock = 1577836800; -- 2020-01-01
SELECT engram_create_space('decay');
SELECT engram_remember(content, id => known_id(n), kind => kind, occurred_at => at, cues => '{}') IS NOT NULL AS stored
FROM (VALUES (1, 'the harbour lamp burns low', 'episode', '2019-01-01 00:00+00'::timestamptz),
             (2, 'the harbour lamp burns low tonight', 'episode', '2020-01-01 00:00+00'),
             (3, 'a harbour lamp needs oil', 'episode', '2019-01-01 00:00+00'),
             (4, 'the harbour master is away', 'note', '2020-01-01 00:00+00')) AS m(n, content, kind, at);
CREATE FUNCTION retrievable(n int, at timestamptz DEFAULT NULL) RETURNS text LANGUAGE sql AS
$$SELECT format('R %s B %s S %s %s %s', round(retrievability::numeric, 6), round(base_level::numeric, 4), round(stability::numeric, 4), profile, uses)
  FROM engram_retrievability(known_id(n), at => at)$$;
-- A day, a month, a year; a time before the encoding counts as that of the encoding.
SELECT d, retrievable(2, '2020-01-01 00:00+00'::timestamptz + d * interval '1 day') FROM unnest(ARRAY[-5, 0, 1, 31, 365]) d;
-- Every form.
SELECT profile, set_config('engram.decay_profile', profile, false) = profile AS is, retrievable(2, '2020-01-02 00:00+00')
FROM unnest(ARRAY['power', 'exponential', 'two_component', 'pinned']) profile;
RESET engram.decay_profile;
-- The floor and the stability by settings.
SET engram.permastore = 0.3;
SET engram.decay_stability = 10;
SELECT retrievable(2, '2020-01-31 00:00+00');
RESET engram.permastore;
RESET engram.decay_stability;
-- The rule of a memory goes before that of its kind, that before the one of the space, that before the settings.
SELECT engram_set_decay('exponential');
SELECT retrievable(2, '2020-01-02 00:00+00'), retrievable(4, '2020-01-02 00:00+00');
SELECT engram_set_decay('two_component', kind => 'note', parameters => '{"share": 0.25, "fast": 0.5}', floor => 0.1);
SELECT retrievable(2, '2020-01-02 00:00+00'), retrievable(4, '2020-01-02 00:00+00');
SELECT engram_set_decay('pinned', id => known_id(4));
SELECT retrievable(4, '2030-01-01 00:00+00');
SELECT engram_set_decay('custom', id => known_id(2), parameters => '{"curve": "power", "exponent": 0.3, "stability": 5, "gain": 0.5}');
SELECT retrievable(2, '2020-01-06 00:00+00');
SELECT kind, profile, parameters, floor FROM engram.decay ORDER BY kind;
SELECT id = known_id(4) AS fourth, recalls, profile, parameters FROM engram.trace WHERE space = 'decay' ORDER BY id;
SELECT engram_set_decay(), engram_set_decay(kind => 'note'), engram_set_decay(id => known_id(4)), engram_set_decay(id => known_id(2));
SELECT count(*) FROM engram.decay;
SELECT retrievable(2, '2020-01-02 00:00+00'), retrievable(4, '2020-01-02 00:00+00');
-- Errors
SELECT attempt($$SELECT engram_set_decay('linear')$$);
SELECT attempt($$SELECT engram_set_decay('custom')$$);
SELECT attempt($$SELECT engram_set_decay('custom', parameters => '{"curve": "linear"}')$$);
SELECT attempt($$SELECT engram_set_decay('power', parameters => '{"share": 0.5}')$$);
SELECT attempt($$SELECT engram_set_decay('power', parameters => '{"exponent": 0}')$$);
SELECT attempt($$SELECT engram_set_decay('power', parameters => '{"exponent": "steep"}')$$);
SELECT attempt($$SELECT engram_set_decay('power', parameters => '[1]')$$);
SELECT attempt($$SELECT engram_set_decay('pinned', parameters => '{"stability": 2}')$$);
SELECT attempt($$SELECT engram_set_decay('power', floor => 1.5)$$);
SELECT attempt($$SELECT engram_set_decay(floor => 0.5)$$);
SELECT attempt($$SELECT engram_set_decay('power', kind => 'note', id => known_id(4))$$);
SELECT attempt($$SELECT engram_set_decay('power', kind => '')$$);
SELECT attempt($$SELECT engram_set_decay('power', space => 'nowhere')$$);
SELECT attempt($$SELECT engram_set_decay('power', id => known_id(99))$$);
SELECT attempt($$SELECT * FROM engram_retrievability(known_id(99))$$);
SELECT attempt($$SELECT * FROM engram_retrievability(NULL)$$);
SELECT attempt($$SELECT engram_feedback(known_id(99), true)$$);
SELECT attempt($$SELECT engram_feedback(known_id(1), NULL)$$);
SELECT count(*) FROM engram.decay;
-- In recall: of two that match alike the one of a year ago comes after the fresh one; one that matches better still comes first.
UPDATE engram.memory SET content = 'the harbour lamp burns low' WHERE space = 'decay' AND id = known_id(2);
SELECT content, occurred_at AT TIME ZONE 'UTC' AS occurred_at, round(score::numeric, 3) AS score
FROM engram_recall('harbour lamp burns low', hops => 0, reinforce => false);
SELECT content, occurred_at AT TIME ZONE 'UTC' AS occurred_at FROM engram_recall('harbour lamp oil', hops => 0, k => 1, reinforce => false);
SELECT id = known_id(1) AS first, round(value::numeric, 4) AS value, round(share::numeric, 4) AS share, detail
FROM engram_explain_recall('harbour lamp burns low', hops => 0, k => 2) WHERE signal = 'decay';
SELECT line FROM engram_explain_recall_text('harbour lamp burns low', hops => 0, k => 2) AS line WHERE line ~ 'Decay';
-- Off, time makes no difference.
SET engram.decay = off;
SELECT count(DISTINCT score) FROM engram_recall('harbour lamp burns low', hops => 0, k => 2, reinforce => false);
SELECT count(*) FROM engram_explain_recall('harbour lamp burns low', hops => 0, k => 2) WHERE signal = 'decay';
SET engram.decay = on;
-- A weight of 1 takes all that is forgotten.
SET engram.decay_weight = 1;
SELECT occurred_at AT TIME ZONE 'UTC' AS occurred_at, round(score::numeric, 3) AS score
FROM engram_recall('harbour lamp burns low', hops => 0, k => 2, reinforce => false);
RESET engram.decay_weight;
-- What is about a time ahead was encoded when it was stored.
SELECT engram_remember('the lamp festival opens', id => known_id(5), occurred_at => '2040-01-01 00:00+00') IS NOT NULL AS stored;
UPDATE engram.memory SET created_at = '2019-12-29 00:00+00' WHERE space = 'decay' AND id = known_id(5);
SELECT retrievable(5);
SELECT round(value::numeric, 4) AS value FROM engram_explain_recall('lamp festival', hops => 0, k => 1) WHERE signal = 'decay';
-- A use, by remembering it again, and what the caller says of it.
SET engram.test_clock = 1609459200; -- 2021-01-01
SELECT engram_feedback(known_id(1), true) AS of_a_return;
SELECT engram_remember('the harbour lamp burns low', on_duplicate => 'reinforce') IN (known_id(1), known_id(2)) AS there;
SELECT retrievable(n) FROM unnest(ARRAY[1, 2]) n ORDER BY 1;
SELECT recalls, round(stability::numeric, 4) AS stability, round(last_room::numeric, 4) AS room, last_weight,
       first_recalled_at AT TIME ZONE 'UTC' AS first, last_recalled_at AT TIME ZONE 'UTC' AS last, cardinality(recent) AS recent
FROM engram.trace WHERE space = 'decay' AND recalls > 0;
SELECT id AS used FROM engram.trace WHERE space = 'decay' AND recalls > 0 \gset
SELECT engram_feedback(:'used', false) AS of_a_return;
SELECT round(stability::numeric, 4) AS stability, last_weight FROM engram.trace WHERE space = 'decay' AND recalls > 0;
SELECT engram_feedback(:'used', true) AS of_a_return, engram_feedback(:'used', true) AS again;
SELECT round(stability::numeric, 4) AS stability, last_weight FROM engram.trace WHERE space = 'decay' AND recalls > 0;
SELECT useful, given_by = current_user AS by_me, count(*) FROM engram.feedback WHERE space = 'decay' GROUP BY 1, 2 ORDER BY 1;
-- Used again at once nothing is gained, after a year much.
SELECT engram_remember('the harbour lamp burns low', on_duplicate => 'reinforce') = :'used' AS same;
SELECT recalls, round(stability::numeric, 4) AS stability, last_room FROM engram.trace WHERE space = 'decay' AND recalls > 0;
SET engram.test_clock = 1640995200; -- 2022-01-01
SELECT engram_remember('the harbour lamp burns low', on_duplicate => 'reinforce') = :'used' AS same;
SELECT recalls, round(stability::numeric, 4) AS stability, round(last_room::numeric, 4) AS room FROM engram.trace WHERE space = 'decay' AND recalls > 0;
-- Eleven uses: the times of eight are kept.
SELECT count(engram_remember('the harbour lamp burns low', on_duplicate => 'reinforce')) FROM generate_series(1, 8);
SELECT recalls, cardinality(recent) FROM engram.trace WHERE space = 'decay' AND recalls > 0;
SELECT uses FROM engram_retrievability(:'used');
-- An export has the rules and the traces.
SELECT engram_set_decay('pinned', kind => 'note');
SELECT count(*) FILTER (WHERE line::json ->> 'type' = 'decay') AS rules,
       count(*) FILTER (WHERE line::json ->> 'type' = 'trace' AND line::json ->> 'last_room' IS NOT NULL) AS traces
FROM engram_export() AS line;
SELECT engram_import(array_agg(replace(line, '"space":"decay"', '"space":"decay_copy"'))) > 0 AS imported FROM engram_export() AS line;
SELECT r = c AS same FROM engram_retrievability(:'used') AS r, engram_retrievability(:'used', 'decay_copy') AS c;
SELECT engram_drop_space('decay_copy');
SELECT count(*) FROM engram.decay;
-- Uses of recalls are counted when the transaction commits.
SELECT count(*) FROM engram.stat_reinforcement WHERE pending >= 0 AND lost = 0;
RESET engram.test_clock;
DROP FUNCTION retrievable;

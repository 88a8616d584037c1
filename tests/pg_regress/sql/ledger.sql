-- What consolidation publishes and keeps, and undoing it.
CREATE ROLE regress_ledger_reader IN ROLE engram_reader;
SET engram.builtin_encoder = on;
SELECT engram_create_space('log book', readers => '{regress_ledger_reader}');
SET engram.space = 'log book';
SET engram.test_clock = 1767225600;
SELECT count(engram_remember(format('The boat of Ana lies in the harbour of Saltmere, note %s', n), source => 'mate ' || n,
    occurred_at => '2025-01-01 12:00+00'::timestamptz + n * interval '7 days', id => known_id(n))) FROM generate_series(1, 5) n;
-- Nothing is published: what would be is computed for whoever asks.
SELECT engram_beliefs_version();
SELECT content, label, round(confidence::numeric, 2) AS confidence, citations, first_at, last_at, state, run, version, on_demand
FROM engram_beliefs();
SELECT count(*) FROM engram.beliefs;
SELECT count(*) FROM engram_beliefs(as_of => '2025-06-01 00:00+00');
SELECT count(*) FROM engram_beliefs(version => engram_beliefs_version()) WHERE on_demand;
-- CONSOLIDATE, planned and done.
SELECT r ->> 'action' AS action, r ->> 'content' AS content, jsonb_array_length(r -> 'citations') AS citations FROM engram_query('CONSOLIDATE DRY RUN') r;
SELECT r ->> 'action' AS action, r ->> 'content' AS content FROM engram_query('EXPLAIN CONSOLIDATE IN SPACE "log book"') r;
SELECT count(*) FROM engram.consolidation_run;
SELECT r ->> 'action' AS action, r ->> 'content' AS content, r ->> 'detail' AS detail FROM engram_query('CONSOLIDATE') r;
SELECT count(*) FROM engram_query('CONSOLIDATE');
SELECT content, label, round(confidence::numeric, 2) AS confidence, citations, first_at, last_at, regularity ->> 'period_seconds' AS period, state,
    contradicts, parents, run IS NOT NULL AS run, split_part(version, '-', 1) AS version, published_at IS NOT NULL AS published, on_demand
FROM engram_beliefs();
SELECT engram_beliefs_version() AS first \gset
SELECT count(*) FROM engram_beliefs() WHERE version = :'first';
SELECT space, content, citations, version FROM engram.beliefs;
SELECT kind, content, confidence_before, round(confidence_after::numeric, 2) AS confidence_after, citation_delta, version FROM engram.belief_events;
-- The version changes when, and only when, the beliefs do.
SELECT count(*) FROM engram_consolidate();
SELECT engram_beliefs_version() = :'first' AS same;
SELECT count(engram_remember(format('The boat of Ana lies in the harbour of Saltmere, note %s', n), source => 'mate ' || n,
    occurred_at => '2025-01-01 12:00+00'::timestamptz + n * interval '7 days', id => known_id(n))) FROM generate_series(6, 8) n;
SELECT engram_beliefs_version() = :'first' AS same;
SELECT action, content, cardinality(citations) AS citations FROM engram_consolidate();
SELECT engram_beliefs_version() = :'first' AS same;
-- A former version.
SELECT content, citations FROM engram_beliefs(version => :'first');
SELECT citations FROM engram_beliefs(version => '1');
SELECT citations FROM engram_beliefs(version => '2');
SELECT citations FROM engram_beliefs(as_of => 'infinity');
SELECT citations FROM engram_beliefs(as_of => (SELECT finished_at FROM engram.consolidation_run WHERE version = 1));
SELECT citations FROM engram_beliefs(as_of => '2020-01-01 00:00+00');
SELECT * FROM engram_beliefs(version => '3');
SELECT * FROM engram_beliefs(version => '1-00000000');
SELECT * FROM engram_beliefs(version => 'latest');
SELECT * FROM engram_beliefs(version => '1', as_of => '2025-01-01 00:00+00');
SELECT * FROM engram_beliefs('no such space');
SELECT engram_beliefs_version('no such space');
-- Events as lines of JSON.
SELECT line::json ->> 'kind' AS kind, line::json ->> 'version' AS version, line::json ->> 'citation_delta' AS citation_delta
FROM engram_export_events() line;
SELECT json_object_keys(line::json) FROM engram_export_events(max_events => 1) line;
SELECT count(*) FROM engram_export_events(after => (SELECT max(event::text)::uuid FROM engram.belief_event WHERE version = 1));
SELECT count(*) FROM engram_export_events(since => '2026-01-01 00:00+00');
SELECT count(*) FROM engram_export_events(since => '2026-01-02 00:00+00');
SELECT * FROM engram_export_events(max_events => -1);
SELECT count(*) FROM (SELECT engram_export_events() EXCEPT SELECT engram_export()) d;
-- Labels: what hides a memory hides what was published of it.
SELECT belief FROM engram_beliefs() \gset
SELECT count(engram_remember(format('The safe of the bank opens with key %s', n), source => 'clerk ' || n, id => known_id(20 + n)))
FROM generate_series(1, 4) n;
UPDATE engram.memory SET label = 'secret' WHERE id IN (SELECT known_id(20 + n) FROM generate_series(1, 4) n);
SELECT action, content FROM engram_consolidate();
CREATE POLICY hide_secrets ON engram.memory AS RESTRICTIVE FOR SELECT TO regress_ledger_reader USING (label IS DISTINCT FROM 'secret');
SET ROLE regress_ledger_reader;
SELECT content FROM engram_beliefs() ORDER BY 1;
SELECT content FROM engram.beliefs ORDER BY 1;
SELECT DISTINCT content FROM engram.belief_events ORDER BY 1;
SELECT count(*) FROM engram_export_events() line WHERE line::json ->> 'belief' <> :'belief';
SELECT count(*) FROM engram.citation WHERE belief <> :'belief';
-- Who reads may not undo.
SELECT run AS last FROM engram.consolidation_run WHERE version = 3 \gset
SELECT engram_undo(:'last');
SELECT engram_query('CONSOLIDATE');
RESET ROLE;
DROP POLICY hide_secrets ON engram.memory;
SELECT count(*) FROM engram_beliefs();
-- Undoing: the latest run first.
CREATE FUNCTION undo(run uuid) RETURNS text LANGUAGE sql AS $$
    SELECT regexp_replace(attempt(format('SELECT engram_undo(%L)', run)), '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}', 'ID')
$$;
SELECT run AS one FROM engram.consolidation_run WHERE version = 1 \gset
SELECT run AS two FROM engram.consolidation_run WHERE version = 2 \gset
SELECT undo(:'one');
SELECT undo(NULL);
SELECT undo(known_id(99));
BEGIN;
SELECT engram_associate(known_id(1), :'belief');
SELECT beliefs, split_part(version, '-', 1) AS version FROM engram_undo(:'last');
SELECT beliefs, split_part(version, '-', 1) AS version FROM engram_undo(:'two');
SELECT content, citations FROM engram_beliefs();
SELECT undo(:'one');
SELECT engram_dissociate(known_id(1), :'belief');
SELECT engram_confirm(:'belief', source => 'somebody') IS NOT NULL AS confirmed;
SELECT undo(:'one');
ROLLBACK;
SELECT beliefs, split_part(version, '-', 1) AS version FROM engram_undo(:'last');
SELECT content FROM engram_beliefs();
SELECT beliefs, split_part(version, '-', 1) AS version FROM engram_undo(:'two');
SELECT content, citations FROM engram_beliefs();
SELECT beliefs, split_part(version, '-', 1) AS version FROM engram_undo(:'one');
SELECT content, citations, on_demand FROM engram_beliefs();
SELECT undo(:'one');
SELECT count(*) FROM engram.memory WHERE space = 'log book' AND kind = 'belief';
SELECT count(*) FROM engram.belief WHERE space = 'log book';
SELECT count(*) FROM engram.citation WHERE space = 'log book';
SELECT state, cause, version, undo ->> 'by' = current_user AS by_me, counts ->> 'undone' IS NOT NULL AS undoes FROM engram.consolidation_run
WHERE space = 'log book' AND version IS NOT NULL ORDER BY version;
SELECT kind, count(*) FROM engram.belief_event WHERE space = 'log book' GROUP BY kind ORDER BY kind;
SELECT action, count(*) FROM engram.audit WHERE space = 'log book' GROUP BY 1 ORDER BY 1;
-- The next run makes the same again.
SELECT action, content FROM engram_consolidate() ORDER BY 2;
-- What is deleted is in no version, and makes another one; the run before it cannot be undone any more.
SELECT engram_beliefs_version() AS before, last_run AS last FROM engram.consolidation WHERE space = 'log book' \gset
SELECT engram_forget(known_id(4), 'delete');
SELECT engram_beliefs_version() = :'before' AS same;
SELECT content, citations, on_demand FROM engram_beliefs() ORDER BY 1;
SELECT content, citations FROM engram_beliefs(as_of => 'infinity') ORDER BY 1;
SELECT content FROM engram_beliefs(version => :'before') ORDER BY 1;
SELECT undo(:'last');
SELECT engram_forget(belief, 'delete') FROM engram_beliefs() WHERE content LIKE 'The safe%';
SELECT content FROM engram_beliefs();
-- Beliefs that cannot hold together, and what is proposed.
SELECT engram_create_space('two sides');
SET engram.space = 'two sides';
SELECT count(engram_remember(format('The ferry to Saltmere leaves at %s from the north pier.', CASE WHEN n <= 4 THEN '9:00' ELSE '11:00' END),
    source => 'mate ' || n, occurred_at => '2025-01-01 12:00+00'::timestamptz + n * interval '1 day', on_duplicate => 'store', id => known_id(30 + n)))
FROM generate_series(1, 8) n;
SELECT action, content FROM engram_consolidate(dry_run => true) ORDER BY 1, 2;
SELECT action, content FROM engram_consolidate() ORDER BY 1, 2;
SELECT content, other_content, ground, value, other_value, proposal, keep IN (belief, other) AS keeps_one, reason, resolved_to FROM engram.belief_conflicts;
SELECT content, cardinality(contradicts) AS contradicts FROM engram_beliefs() ORDER BY 1;
SET engram.resolve_contradictions = on;
SELECT action, content FROM engram_consolidate() ORDER BY 1, 2;
SELECT proposal, resolved_to = keep AS resolved FROM engram.belief_conflicts;
SELECT content FROM engram_beliefs();
SELECT count(*) FROM engram.supersession WHERE space = 'two sides' AND undone_at IS NULL;
SELECT beliefs > 0 AS undone FROM engram_undo((SELECT last_run FROM engram.consolidation WHERE space = 'two sides'));
SELECT content FROM engram_beliefs() ORDER BY 1;
SELECT count(*) FROM engram.supersession WHERE space = 'two sides' AND undone_at IS NULL;
RESET engram.resolve_contradictions;
RESET engram.test_clock;
RESET engram.builtin_encoder;

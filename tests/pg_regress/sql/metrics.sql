-- What is counted: calls, errors, rows, what recalls return. Sums over spaces, since other tests have filled the places of the busiest.
SELECT engram_stat_reset();
SELECT count(*) FROM engram.metrics WHERE name LIKE 'engram\_operation%' AND value <> 0;
CREATE VIEW counted AS
SELECT operation, sum(calls_total) AS calls, sum(failures_total) AS failures, sum(rows_total) AS rows
FROM engram.metrics_operation GROUP BY operation HAVING sum(calls_total) > 0 ORDER BY operation;
CALL loaded('default');
SELECT count(*) FROM (SELECT engram_remember('a lantern numbered ' || n, space => 'counted', id => known_id(n)) FROM generate_series(1, 5) n) AS r;
SELECT count(*) FROM engram_remember_many('[{"content": "a grey heron", "space": "counted"}, {"content": "a white heron", "space": "counted"}]');
CALL loaded('counted');
SELECT count(*) FROM engram_recall('lantern', space => 'counted');
SELECT count(*) FROM engram_recall('nothing of the kind', space => 'counted');
SELECT count(*) FROM engram_recall_across(ARRAY['counted', 'counted'], 'heron');
SELECT engram_associate(known_id(1), known_id(2), space => 'counted');
SELECT count(*) FROM engram_spread(ARRAY[known_id(1)], space => 'counted');
SELECT count(*) FROM engram_query('RECALL "lantern" IN SPACE "counted" LIMIT 2');
SELECT engram_forget(known_id(5), space => 'counted');
SELECT engram_forget_where(since => '2000-01-01', until => '2000-01-02', space => 'counted');
SELECT knows > 0 AS knows FROM engram_feeling_of_knowing('lantern', space => 'counted');
SELECT counted FROM engram_confirm(known_id(1), space => 'counted');
SELECT count(*) > 0 AS some FROM engram_complete('{"what": "lantern"}', space => 'counted');
SELECT count(*) >= 0 AS any FROM engram_imagine(ARRAY['lantern', 'heron'], space => 'counted');
SELECT count(*) >= 0 AS any FROM engram_predict(recent => ARRAY[known_id(1)], space => 'counted');
SELECT count(*) >= 0 AS any FROM engram_consolidate('counted', dry_run => true);
SELECT operation, calls, failures FROM counted;
SELECT operation, rows FROM counted WHERE operation IN ('remember', 'recall', 'query', 'forget', 'associate', 'update', 'explain');
-- What recalls return is counted by what it is, also in a query. Bounds are those of Prometheus: each bucket holds what is at most its bound.
SELECT answered_total, empty_total, score_count, confidence_count, hops_count, confidence_bucket, round(confidence_sum::numeric, 3) AS confidence_sum
FROM engram.metrics_recall;
SELECT * FROM engram.metrics_recall_rows ORDER BY origin;
SELECT tier, hits_total FROM engram.metrics_tier ORDER BY tier;
SELECT runs_total > 0 AS spread, activations_total > 0 AS reached, edges_total > 0 AS looked, limit_hits_total FROM engram.metrics_spread;
SELECT total FROM engram.metrics_remembered;
-- What was rolled back was not stored, and was called.
BEGIN;
SELECT count(*) FROM (SELECT engram_remember('gone again', space => 'counted')) AS r;
SAVEPOINT here;
SELECT count(*) FROM (SELECT engram_remember('gone sooner', space => 'counted')) AS r;
ROLLBACK TO here;
ROLLBACK;
SELECT (SELECT total FROM engram.metrics_remembered), calls FROM counted WHERE operation = 'remember';
-- Errors by class; the message and its hint are those of the function.
SELECT attempt('SELECT engram_recall(NULL)');
SELECT attempt('SELECT engram_recall(''x'', space => ''nowhere'')');
SELECT attempt('SELECT engram_recall(''x'', k => -1)');
SELECT attempt('SELECT engram_spread(''{}'')');
SELECT attempt('SELECT engram_query(''RECAL x'')');
SELECT attempt('SELECT engram_remember(NULL)');
SELECT operation, sqlstate_class, total FROM engram.metrics_operation_errors WHERE total > 0 ORDER BY 1, 2;
SELECT operation, failures FROM counted WHERE failures > 0;
SELECT DISTINCT o.calls = d.seconds_count AS every_call_has_a_duration FROM counted o JOIN engram.metrics_operation_duration d USING (operation);
SELECT sum(total) = (SELECT sum(failures) FROM counted) AS every_failure_has_a_class FROM engram.metrics_operation_errors;
-- Histograms are made as exporters want them.
SELECT DISTINCT cardinality(seconds) AS bounds, cardinality(seconds_bucket) AS buckets, seconds[1] AS first, seconds[12] AS last,
       seconds_bucket[12] <= seconds_count AS within
FROM engram.metrics_operation_duration;
SELECT bool_and(seconds_bucket[i] <= seconds_bucket[i + 1]) AS cumulative FROM engram.metrics_operation_duration, generate_series(1, 11) i;
-- No value is null, none an interval; counters end in _total.
SELECT name FROM engram.metrics WHERE value IS NULL OR database IS NULL OR space IS NULL OR operation IS NULL OR label IS NULL OR le IS NULL;
SELECT DISTINCT name FROM engram.metrics WHERE (type = 'counter') <> (name LIKE '%\_total') ORDER BY 1;
SELECT name, database, space, operation, label, le FROM engram.metrics GROUP BY 1, 2, 3, 4, 5, 6 HAVING count(*) > 1;
SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
WHERE c.relnamespace = 'engram'::regnamespace AND c.relname LIKE 'metrics%' AND a.atttypid IN ('interval'::regtype, 'numeric'::regtype);
-- Consolidation: a row for the others and for each state, whether there is something to say or not.
SELECT space, failures_in_row >= 0 AND novelty >= 0 AND freshness_seconds >= 0 AND interval_seconds > 0 AS sane FROM engram.metrics_consolidation WHERE space = 'other';
SELECT health FROM engram.metrics_consolidation_health ORDER BY 1;
SELECT sum(spaces) = (SELECT count(*) FROM engram.space) AS every_space_has_a_state FROM engram.metrics_consolidation_health;
SELECT kind FROM engram.metrics_belief_events ORDER BY 1;
-- People read the same.
SELECT operation, calls, failures, mean_ms > 0 AS mean, p50_ms <= p95_ms AS ordered FROM engram.stat_operation WHERE operation IN ('recall', 'spread');
SELECT worker, processes, runs_total > 0 AS ran, failures_total, restarts_total FROM engram.metrics_worker WHERE worker = 'launcher';
SELECT heartbeat_age_seconds < 30 AS lives FROM engram.metrics_worker WHERE worker = 'launcher';
SELECT bytes > 0 AND bytes < capacity_bytes AS within, hits_total > 0 AS hits FROM engram.metrics_hot_tier;
SELECT state, spaces > 0 AS some FROM engram.metrics_hot_tier_load WHERE state = 'ready';
-- Nothing is counted with engram.metrics off.
SET engram.metrics = off;
SELECT count(*) FROM engram_recall('lantern', space => 'counted');
SELECT metrics_enabled FROM engram.metrics_info;
RESET engram.metrics;
SELECT DISTINCT o.calls = d.seconds_count AS still FROM counted o JOIN engram.metrics_operation_duration d USING (operation);
-- EXPLAIN looks for no space, and what it names gets no place among the busiest.
SELECT count(*) FROM engram_query('EXPLAIN RECALL ANY IN SPACE "nowhere at all" LIMIT 2');
SELECT count(*) FROM engram.metrics_operation WHERE space = 'nowhere at all';
-- Rights: pg_monitor reads, engram_admin begins anew, others do neither.
CREATE ROLE metrics_monitor IN ROLE pg_monitor;
CREATE ROLE metrics_reader IN ROLE engram_reader;
CREATE ROLE metrics_admin IN ROLE engram_admin;
SET ROLE metrics_monitor;
SELECT count(*) > 100 AS all_of_it FROM engram.metrics;
SELECT count(*) AS operations FROM engram.stat_operation;
SELECT attempt('SELECT engram_stat_reset()');
SET ROLE metrics_reader;
SELECT attempt('SELECT * FROM engram.metrics');
SELECT attempt('SELECT * FROM engram.metrics_operation');
SELECT attempt('SELECT engram.operation_stat()');
SELECT attempt('SELECT engram_stat_reset()');
RESET ROLE;
SELECT attempt('SET engram.metrics = off');
SET ROLE metrics_reader;
SELECT attempt('SET engram.metrics = on');
SET ROLE metrics_admin;
SELECT attempt('SELECT engram_stat_reset()');
RESET ROLE;
RESET engram.metrics;
SELECT count(*) FROM counted;
SELECT stats_reset_timestamp_seconds > extract(epoch FROM pg_postmaster_start_time()) AS later FROM engram.metrics_info;
DROP VIEW counted;
DROP ROLE metrics_monitor, metrics_reader, metrics_admin;
SELECT engram_drop_space('counted');

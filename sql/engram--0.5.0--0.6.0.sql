\echo Use "ALTER EXTENSION engram UPDATE" to load this file. \quit

-- Every statement may be run again. Functions whose arguments change are dropped and made anew: the library keeps the
-- entry points of the former version, so that sessions work between the new library and this script.

-- Metrics.
CREATE OR REPLACE FUNCTION engram.operation_stat(
    OUT database oid, OUT space text, OUT operation text, OUT calls bigint, OUT failures bigint, OUT rows bigint,
    OUT edges bigint, OUT limit_hits bigint, OUT seconds double precision) RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL RESTRICTED
    AS 'MODULE_PATHNAME', 'operation_stat_wrapper';
COMMENT ON FUNCTION engram.operation_stat() IS 'Calls of functions by space and operation; the busiest 50 spaces of the server apart, the others as one without database';

CREATE OR REPLACE FUNCTION engram.duration_stat(
    OUT operation text, OUT bounds double precision[], OUT buckets bigint[], OUT seconds double precision,
    OUT calls bigint) RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL RESTRICTED
    AS 'MODULE_PATHNAME', 'duration_stat_wrapper';
COMMENT ON FUNCTION engram.duration_stat() IS 'How long calls of functions took';

CREATE OR REPLACE FUNCTION engram.distribution_stat(
    OUT distribution text, OUT bounds double precision[], OUT buckets bigint[], OUT sum double precision,
    OUT count bigint) RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL RESTRICTED
    AS 'MODULE_PATHNAME', 'distribution_stat_wrapper';
COMMENT ON FUNCTION engram.distribution_stat() IS 'Scores, confidences and hops of what recalls returned';

CREATE OR REPLACE FUNCTION engram.error_stat(
    OUT operation text, OUT sqlstate_class text, OUT total bigint) RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL RESTRICTED
    AS 'MODULE_PATHNAME', 'error_stat_wrapper';
COMMENT ON FUNCTION engram.error_stat() IS 'Calls of functions that ended by an error';

CREATE OR REPLACE FUNCTION engram.counter_stat(
    OUT counter text, OUT total bigint) RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL RESTRICTED
    AS 'MODULE_PATHNAME', 'counter_stat_wrapper';
COMMENT ON FUNCTION engram.counter_stat() IS 'What is counted without labels';

CREATE OR REPLACE FUNCTION engram.hot_stat(
    OUT capacity_bytes bigint, OUT free_bytes bigint, OUT spaces bigint, OUT memories bigint, OUT resident bigint, OUT edges bigint,
    OUT cues bigint, OUT unsettled bigint, OUT states text[], OUT in_state bigint[], OUT here_hot bigint, OUT here_warm bigint,
    OUT here_cold bigint, OUT here_bytes bigint) RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL RESTRICTED
    AS 'MODULE_PATHNAME', 'hot_stat_wrapper';
COMMENT ON FUNCTION engram.hot_stat() IS 'The hot tier of the server, and what this database has there';

CREATE OR REPLACE FUNCTION engram.metrics_stat(
    OUT version text, OUT catalog_version text, OUT preloaded boolean, OUT metrics boolean, OUT stats_reset timestamptz,
    OUT lag_seconds double precision) RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL RESTRICTED
    AS 'MODULE_PATHNAME', 'metrics_stat_wrapper';
COMMENT ON FUNCTION engram.metrics_stat() IS 'Versions, since when is counted, and how long the oldest use of a memory waits';

CREATE OR REPLACE FUNCTION engram.worker_total_stat(
    OUT worker text, OUT processes bigint, OUT heartbeat_age_seconds double precision, OUT starts bigint,
    OUT restarts bigint, OUT runs bigint, OUT failures bigint, OUT starved bigint) RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL RESTRICTED
    AS 'MODULE_PATHNAME', 'worker_total_stat_wrapper';
COMMENT ON FUNCTION engram.worker_total_stat() IS 'Background workers by kind, whether one runs or not';

CREATE OR REPLACE FUNCTION engram.consolidation_metrics(
    OUT space text, OUT runs bigint, OUT failures bigint, OUT skipped bigint, OUT seconds double precision,
    OUT age double precision, OUT "interval" double precision, OUT freshness double precision, OUT failures_in_row bigint,
    OUT novelty double precision, OUT low_novelty_runs bigint, OUT publish_delay double precision, OUT paused bigint,
    OUT beliefs bigint, OUT states text[], OUT in_state bigint[]) RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL RESTRICTED
    AS 'MODULE_PATHNAME', 'consolidation_metrics_wrapper';
COMMENT ON FUNCTION engram.consolidation_metrics() IS 'Consolidation by space: up to 50 by themselves, the others as one';

CREATE OR REPLACE VIEW engram.metrics_info WITH (security_invoker = true) AS
SELECT h.version,
       COALESCE(h.catalog_version, '') AS catalog_version,
       1 AS info,
       h.preloaded::pg_catalog.int4 AS preloaded,
       h.metrics::pg_catalog.int4 AS metrics_enabled,
       pg_catalog.date_part('epoch', COALESCE(h.stats_reset, pg_catalog.pg_postmaster_start_time())) AS stats_reset_timestamp_seconds
FROM engram.metrics_stat() h;
COMMENT ON VIEW engram.metrics_info IS 'One row: versions, and since when is counted';

CREATE OR REPLACE VIEW engram.metrics_operation WITH (security_invoker = true) AS
SELECT COALESCE(d.datname, '') AS database, o.space, o.operation,
       o.calls AS calls_total, o.failures AS failures_total, o.rows AS rows_total, o.edges AS edges_total,
       o.limit_hits AS limit_hits_total, o.seconds AS seconds_total
FROM engram.operation_stat() o
LEFT JOIN pg_catalog.pg_database d ON d.oid OPERATOR(pg_catalog.=) o.database
WHERE o.database IS NULL OR d.oid IS NOT NULL;
COMMENT ON VIEW engram.metrics_operation IS 'Calls of functions by operation and space: the busiest 50 spaces of the server apart, the others as one';
COMMENT ON COLUMN engram.metrics_operation.database IS 'Of the space; blank for the others';
COMMENT ON COLUMN engram.metrics_operation.space IS 'Name, or other';
COMMENT ON COLUMN engram.metrics_operation.calls_total IS 'Calls that ended, by an error too';
COMMENT ON COLUMN engram.metrics_operation.failures_total IS 'Calls that ended by an error or a cancel';
COMMENT ON COLUMN engram.metrics_operation.rows_total IS 'Rows returned, or memories stored or forgotten';
COMMENT ON COLUMN engram.metrics_operation.edges_total IS 'Edges that spreading looked at';
COMMENT ON COLUMN engram.metrics_operation.limit_hits_total IS 'Limits of work, time or memory that were met';
COMMENT ON COLUMN engram.metrics_operation.seconds_total IS 'Time in the calls';

CREATE OR REPLACE VIEW engram.metrics_operation_errors WITH (security_invoker = true) AS
SELECT e.operation, e.sqlstate_class, e.total
FROM engram.error_stat() e;
COMMENT ON VIEW engram.metrics_operation_errors IS 'Calls of functions that ended by an error, by operation and class of SQLSTATE; 57 is a cancel';

CREATE OR REPLACE VIEW engram.metrics_operation_duration WITH (security_invoker = true) AS
SELECT d.operation, d.bounds AS seconds, d.buckets AS seconds_bucket, d.seconds AS seconds_sum, d.calls AS seconds_count
FROM engram.duration_stat() d;
COMMENT ON VIEW engram.metrics_operation_duration IS 'How long calls of functions took, by operation: a histogram';
COMMENT ON COLUMN engram.metrics_operation_duration.seconds IS 'Upper bounds, without the one for all calls';
COMMENT ON COLUMN engram.metrics_operation_duration.seconds_bucket IS 'Calls that took at most as long as the bound';

CREATE OR REPLACE VIEW engram.metrics_recall WITH (security_invoker = true) AS
SELECT c.answered_total, c.empty_total, d.*
FROM (SELECT pg_catalog.max(c.total) FILTER (WHERE c.counter OPERATOR(pg_catalog.=) 'answered') AS answered_total,
             pg_catalog.max(c.total) FILTER (WHERE c.counter OPERATOR(pg_catalog.=) 'empty') AS empty_total
      FROM engram.counter_stat() c) c,
     (SELECT pg_catalog.max(d.bounds) FILTER (WHERE d.distribution OPERATOR(pg_catalog.=) 'score') AS score,
       pg_catalog.max(d.buckets) FILTER (WHERE d.distribution OPERATOR(pg_catalog.=) 'score') AS score_bucket,
       pg_catalog.max(d.sum) FILTER (WHERE d.distribution OPERATOR(pg_catalog.=) 'score') AS score_sum,
       pg_catalog.max(d.count) FILTER (WHERE d.distribution OPERATOR(pg_catalog.=) 'score') AS score_count,
       pg_catalog.max(d.bounds) FILTER (WHERE d.distribution OPERATOR(pg_catalog.=) 'confidence') AS confidence,
       pg_catalog.max(d.buckets) FILTER (WHERE d.distribution OPERATOR(pg_catalog.=) 'confidence') AS confidence_bucket,
       pg_catalog.max(d.sum) FILTER (WHERE d.distribution OPERATOR(pg_catalog.=) 'confidence') AS confidence_sum,
       pg_catalog.max(d.count) FILTER (WHERE d.distribution OPERATOR(pg_catalog.=) 'confidence') AS confidence_count,
       pg_catalog.max(d.bounds) FILTER (WHERE d.distribution OPERATOR(pg_catalog.=) 'hops') AS hops,
       pg_catalog.max(d.buckets) FILTER (WHERE d.distribution OPERATOR(pg_catalog.=) 'hops') AS hops_bucket,
       pg_catalog.max(d.sum) FILTER (WHERE d.distribution OPERATOR(pg_catalog.=) 'hops') AS hops_sum,
       pg_catalog.max(d.count) FILTER (WHERE d.distribution OPERATOR(pg_catalog.=) 'hops') AS hops_count
      FROM engram.distribution_stat() d) d;
COMMENT ON VIEW engram.metrics_recall IS 'One row: recalls that returned something and nothing; scores, confidences and hops of what they returned, as histograms';

CREATE OR REPLACE VIEW engram.metrics_recall_rows WITH (security_invoker = true) AS
SELECT o.origin, pg_catalog.max(c.total) FILTER (WHERE c.counter OPERATOR(pg_catalog.=) o.counter) AS total
FROM engram.counter_stat() c,
     (VALUES ('stored', 'origin stored'), ('consolidated', 'origin consolidated'), ('reconstructed', 'origin reconstructed'),
             ('imagined', 'origin imagined'), ('other', 'origin other')) AS o (origin, counter)
GROUP BY o.origin;
COMMENT ON VIEW engram.metrics_recall_rows IS 'Memories that recalls returned, by origin';

CREATE OR REPLACE VIEW engram.metrics_hot_tier WITH (security_invoker = true) AS
SELECT h.capacity_bytes OPERATOR(pg_catalog.-) h.free_bytes AS bytes, h.capacity_bytes, h.memories, h.resident, h.edges, h.cues, h.spaces,
       h.unsettled, c.evictions_total, c.hits_total, c.misses_total, c.lock_waits_total
FROM engram.hot_stat() h,
     (SELECT pg_catalog.max(c.total) FILTER (WHERE c.counter OPERATOR(pg_catalog.=) 'evicted') AS evictions_total,
             pg_catalog.max(c.total) FILTER (WHERE c.counter OPERATOR(pg_catalog.=) 'hot hits') AS hits_total,
             pg_catalog.max(c.total) FILTER (WHERE c.counter OPERATOR(pg_catalog.=) 'hot misses') AS misses_total,
             pg_catalog.max(c.total) FILTER (WHERE c.counter OPERATOR(pg_catalog.=) 'lock waits') AS lock_waits_total
      FROM engram.counter_stat() c) c;
COMMENT ON VIEW engram.metrics_hot_tier IS 'One row: the hot tier of the server';
COMMENT ON COLUMN engram.metrics_hot_tier.memories IS 'Memories of loaded spaces, resident or not';
COMMENT ON COLUMN engram.metrics_hot_tier.resident IS 'Memories that are in it, of all databases';
COMMENT ON COLUMN engram.metrics_hot_tier.unsettled IS 'Transactions that are not settled';
COMMENT ON COLUMN engram.metrics_hot_tier.evictions_total IS 'Memories that left it for want of room';
COMMENT ON COLUMN engram.metrics_hot_tier.hits_total IS 'Searches that it answered';
COMMENT ON COLUMN engram.metrics_hot_tier.misses_total IS 'Searches that a backend answered from a region of its own';
COMMENT ON COLUMN engram.metrics_hot_tier.lock_waits_total IS 'Waits for its locks and those of the workers';

CREATE OR REPLACE VIEW engram.metrics_hot_tier_load WITH (security_invoker = true) AS
SELECT s.state, s.spaces
FROM engram.hot_stat() h, ROWS FROM (pg_catalog.unnest(h.states), pg_catalog.unnest(h.in_state)) AS s (state, spaces);
COMMENT ON VIEW engram.metrics_hot_tier_load IS 'Spaces that the hot tier has a place for, by state: wanted ones are absent and somebody has asked for them';

CREATE OR REPLACE VIEW engram.metrics_tier WITH (security_invoker = true) AS
SELECT t.tier, t.memories, t.bytes, pg_catalog.max(c.total) FILTER (WHERE c.counter OPERATOR(pg_catalog.=) t.counter) AS hits_total
FROM engram.counter_stat() c, engram.hot_stat() h,
     LATERAL (VALUES ('hot', h.here_hot, h.here_bytes, 'tier hot'),
             ('warm', h.here_warm, pg_catalog.pg_total_relation_size('engram.warm'), 'tier warm'),
             ('cold', h.here_cold, pg_catalog.pg_total_relation_size('engram.cold'), 'tier cold')) AS t (tier, memories, bytes, counter)
GROUP BY t.tier, t.memories, t.bytes;
COMMENT ON VIEW engram.metrics_tier IS 'Tiers: memories of loaded spaces of this database and bytes, and memories returned from each on the server';
COMMENT ON COLUMN engram.metrics_tier.bytes IS 'In shared memory, or of the table with its indexes';
COMMENT ON COLUMN engram.metrics_tier.hits_total IS 'Memories that recalls returned from there';

CREATE OR REPLACE VIEW engram.metrics_tier_moves WITH (security_invoker = true) AS
SELECT m.direction, pg_catalog.max(c.total) FILTER (WHERE c.counter OPERATOR(pg_catalog.=) m.counter) AS total
FROM engram.counter_stat() c,
     (VALUES ('to_hot', 'returned'), ('to_warm', 'evicted'), ('to_cold', 'to cold'), ('from_cold', 'from cold')) AS m (direction, counter)
GROUP BY m.direction;
COMMENT ON VIEW engram.metrics_tier_moves IS 'Memories that have moved between tiers, in all databases';

CREATE OR REPLACE VIEW engram.metrics_spread WITH (security_invoker = true) AS
SELECT pg_catalog.max(c.total) FILTER (WHERE c.counter OPERATOR(pg_catalog.=) 'spreads') AS runs_total,
       pg_catalog.max(c.total) FILTER (WHERE c.counter OPERATOR(pg_catalog.=) 'activations') AS activations_total,
       pg_catalog.max(c.total) FILTER (WHERE c.counter OPERATOR(pg_catalog.=) 'edges') AS edges_total,
       pg_catalog.max(c.total) FILTER (WHERE c.counter OPERATOR(pg_catalog.=) 'hops') AS hops_total,
       pg_catalog.max(c.total) FILTER (WHERE c.counter OPERATOR(pg_catalog.=) 'cut') AS limit_hits_total
FROM engram.counter_stat() c;
COMMENT ON VIEW engram.metrics_spread IS 'One row: spreading activation, in recalls too';
COMMENT ON COLUMN engram.metrics_spread.runs_total IS 'Spreads';
COMMENT ON COLUMN engram.metrics_spread.activations_total IS 'Memories and cues reached';
COMMENT ON COLUMN engram.metrics_spread.edges_total IS 'Edges looked at';
COMMENT ON COLUMN engram.metrics_spread.hops_total IS 'Longest path of each spread';
COMMENT ON COLUMN engram.metrics_spread.limit_hits_total IS 'Spreads that engram.spread_max_edges cut';

CREATE OR REPLACE VIEW engram.metrics_limit_hits WITH (security_invoker = true) AS
SELECT l.reason, pg_catalog.max(c.total) FILTER (WHERE c.counter OPERATOR(pg_catalog.=) l.counter) AS total
FROM engram.counter_stat() c,
     (VALUES ('work', 'cut'), ('time', 'out of time'), ('memory', 'out of memory')) AS l (reason, counter)
GROUP BY l.reason;
COMMENT ON VIEW engram.metrics_limit_hits IS 'Limits that were met: of work (engram.spread_max_edges), time (engram.recall_max_ms) and memory (engram.recall_max_bytes)';

CREATE OR REPLACE VIEW engram.metrics_reinforcement WITH (security_invoker = true) AS
SELECT r.pending, r.noted AS noted_total, r.flushed AS flushed_total, r.gone AS gone_total, r.lost AS lost_total,
       r.batches AS batches_total, h.lag_seconds
FROM engram.reinforcement_stat() r, engram.metrics_stat() h;
COMMENT ON VIEW engram.metrics_reinforcement IS 'One row: uses of memories on their way to engram.trace';
COMMENT ON COLUMN engram.metrics_reinforcement.lag_seconds IS 'How long the oldest of them has waited';

CREATE OR REPLACE VIEW engram.metrics_worker WITH (security_invoker = true) AS
SELECT w.worker, w.processes, w.heartbeat_age_seconds, w.runs AS runs_total, w.failures AS failures_total,
       w.starts AS starts_total, w.restarts AS restarts_total, w.starved AS starved_total
FROM engram.worker_total_stat() w;
COMMENT ON VIEW engram.metrics_worker IS 'Background workers by kind, whether one runs or not';
COMMENT ON COLUMN engram.metrics_worker.heartbeat_age_seconds IS 'Since the slowest of them got on; 0 where none runs, but for the launcher';
COMMENT ON COLUMN engram.metrics_worker.restarts_total IS 'Starts after a failure or, of the launcher, an end';
COMMENT ON COLUMN engram.metrics_worker.starved_total IS 'Visits that were due and waited longer than the time between two of them, because all workers were taken';

CREATE OR REPLACE VIEW engram.metrics_worker_state WITH (security_invoker = true) AS
SELECT w.worker, w.state, pg_catalog.count(*) AS processes
FROM engram.worker_stat() w
GROUP BY w.worker, w.state;
COMMENT ON VIEW engram.metrics_worker_state IS 'Background workers that run, by what they do';

CREATE OR REPLACE VIEW engram.metrics_snapshot WITH (security_invoker = true) AS
SELECT (s.written_at IS NOT NULL)::pg_catalog.int4 AS present,
       COALESCE(pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) s.written_at), 0) AS age_seconds,
       s.bytes, s.load_ms OPERATOR(pg_catalog./) 1000 AS load_seconds, c.discards_total
FROM engram.snapshot_stat() s, (SELECT pg_catalog.max(c.total) FILTER (WHERE c.counter OPERATOR(pg_catalog.=) 'discarded') AS discards_total FROM engram.counter_stat() c) c;
COMMENT ON VIEW engram.metrics_snapshot IS 'One row: the snapshot file of this database';

CREATE OR REPLACE VIEW engram.metrics_standby WITH (security_invoker = true) AS
SELECT s.in_recovery::pg_catalog.int4 AS in_recovery,
       GREATEST(s.replayed OPERATOR(pg_catalog.-) s.followed, 0) AS lag_bytes,
       s.lag_seconds, s.missed AS missed_total, s.conflicts AS conflicts_total
FROM engram.standby_stat() s;
COMMENT ON VIEW engram.metrics_standby IS 'One row: how the hot tier of a standby follows this database; zeros on a primary';

CREATE OR REPLACE VIEW engram.metrics_remembered WITH (security_invoker = true) AS
SELECT pg_catalog.max(c.total) FILTER (WHERE c.counter OPERATOR(pg_catalog.=) 'remembered') AS total
FROM engram.counter_stat() c;
COMMENT ON VIEW engram.metrics_remembered IS 'One row: memories that committed transactions have stored, by whatever statement; beliefs are not among them; what is prepared counts at once';

CREATE OR REPLACE VIEW engram.metrics_consolidation WITH (security_invoker = true) AS
SELECT c.space, c.runs AS runs_total, c.failures AS failures_total, c.skipped AS skipped_total, c.seconds AS seconds_total,
       c.age AS age_seconds, c."interval" AS interval_seconds, c.freshness AS freshness_seconds, c.failures_in_row, c.novelty,
       c.low_novelty_runs, c.publish_delay AS publish_delay_seconds, c.paused, c.beliefs
FROM engram.consolidation_metrics() c;
COMMENT ON VIEW engram.metrics_consolidation IS 'Consolidation in this database: up to 50 spaces by themselves, the others as one';
COMMENT ON COLUMN engram.metrics_consolidation.space IS 'Name, or other; what other has is the worst of the rest, or their sum';
COMMENT ON COLUMN engram.metrics_consolidation.runs_total IS 'Runs by the worker, failed ones too';
COMMENT ON COLUMN engram.metrics_consolidation.skipped_total IS 'Looks that found nothing new';
COMMENT ON COLUMN engram.metrics_consolidation.age_seconds IS 'Since the last run, while something is new and nothing is paused';
COMMENT ON COLUMN engram.metrics_consolidation.freshness_seconds IS 'How long something has waited; 0 while nothing is new';
COMMENT ON COLUMN engram.metrics_consolidation.failures_in_row IS 'Runs that failed since one completed';
COMMENT ON COLUMN engram.metrics_consolidation.novelty IS 'Of the last run, 0 to 1; 0 before the first, and for other';
COMMENT ON COLUMN engram.metrics_consolidation.low_novelty_runs IS 'Runs in a row with something new and a novelty below 0.01';
COMMENT ON COLUMN engram.metrics_consolidation.publish_delay_seconds IS 'From the end of the last run to its commit';
COMMENT ON COLUMN engram.metrics_consolidation.beliefs IS 'Beliefs after the last run';

CREATE OR REPLACE VIEW engram.metrics_consolidation_health WITH (security_invoker = true) AS
SELECT s.health, pg_catalog.max(s.spaces) AS spaces
FROM engram.consolidation_metrics() c, ROWS FROM (pg_catalog.unnest(c.states), pg_catalog.unnest(c.in_state)) AS s (health, spaces)
GROUP BY s.health;
COMMENT ON VIEW engram.metrics_consolidation_health IS 'Spaces of this database by the health of their consolidation';

CREATE OR REPLACE VIEW engram.metrics_belief_events WITH (security_invoker = true) AS
SELECT k.kind, pg_catalog.max(c.total) FILTER (WHERE c.counter OPERATOR(pg_catalog.=) ('belief ' OPERATOR(pg_catalog.||) k.kind)) AS total
FROM engram.counter_stat() c,
     (VALUES ('formed'), ('revived'), ('undone'), ('strengthened'), ('weakened'), ('merged'), ('split'), ('retired'), ('contradicted')) AS k (kind)
GROUP BY k.kind;
COMMENT ON VIEW engram.metrics_belief_events IS 'What became of beliefs, in all databases';

CREATE OR REPLACE VIEW engram.stat_operation WITH (security_invoker = true) AS
SELECT d.operation, d.calls, o.failures, o.rows, o.edges, o.limit_hits,
       CASE WHEN d.calls OPERATOR(pg_catalog.>) 0 THEN d.seconds OPERATOR(pg_catalog.*) 1000 OPERATOR(pg_catalog./) d.calls END AS mean_ms,
       p.p50 OPERATOR(pg_catalog.*) 1000 AS p50_ms, p.p95 OPERATOR(pg_catalog.*) 1000 AS p95_ms, p.p99 OPERATOR(pg_catalog.*) 1000 AS p99_ms,
       COALESCE(h.stats_reset, pg_catalog.pg_postmaster_start_time()) AS stats_reset
FROM engram.duration_stat() d
JOIN (SELECT s.operation, pg_catalog.sum(s.failures)::pg_catalog.int8 AS failures, pg_catalog.sum(s.rows)::pg_catalog.int8 AS rows,
             pg_catalog.sum(s.edges)::pg_catalog.int8 AS edges, pg_catalog.sum(s.limit_hits)::pg_catalog.int8 AS limit_hits
      FROM engram.operation_stat() s GROUP BY s.operation) o ON o.operation OPERATOR(pg_catalog.=) d.operation
CROSS JOIN engram.metrics_stat() h
CROSS JOIN LATERAL (
    SELECT pg_catalog.min(b.bound) FILTER (WHERE b.calls OPERATOR(pg_catalog.>=) (0.5 OPERATOR(pg_catalog.*) d.calls)) AS p50,
           pg_catalog.min(b.bound) FILTER (WHERE b.calls OPERATOR(pg_catalog.>=) (0.95 OPERATOR(pg_catalog.*) d.calls)) AS p95,
           pg_catalog.min(b.bound) FILTER (WHERE b.calls OPERATOR(pg_catalog.>=) (0.99 OPERATOR(pg_catalog.*) d.calls)) AS p99
    FROM ROWS FROM (pg_catalog.unnest(d.bounds), pg_catalog.unnest(d.buckets)) AS b (bound, calls)
    WHERE d.calls OPERATOR(pg_catalog.>) 0) p;
COMMENT ON VIEW engram.stat_operation IS 'Calls of functions by operation, in all databases, and how long they took';
COMMENT ON COLUMN engram.stat_operation.mean_ms IS 'Null without calls, like the next three';
COMMENT ON COLUMN engram.stat_operation.p50_ms IS 'Half of the calls took at most so long: the bound of a bucket, so the true figure is lower; null beyond 10 s';

CREATE OR REPLACE VIEW engram.stat_space WITH (security_invoker = true) AS
SELECT m.space,
       pg_catalog.sum(m.calls_total)::pg_catalog.int8 AS calls, pg_catalog.sum(m.failures_total)::pg_catalog.int8 AS failures,
       pg_catalog.sum(m.rows_total)::pg_catalog.int8 AS rows,
       pg_catalog.sum(m.seconds_total) OPERATOR(pg_catalog.*) 1000 OPERATOR(pg_catalog./) pg_catalog.sum(m.calls_total)::pg_catalog.float8 AS mean_ms
FROM engram.metrics_operation m
WHERE m.database OPERATOR(pg_catalog.=) pg_catalog.current_database()
GROUP BY m.space;
COMMENT ON VIEW engram.stat_space IS 'Calls of functions in spaces of this database that are among the busiest 50 of the server';

CREATE OR REPLACE VIEW engram.metrics WITH (security_invoker = true) AS
SELECT v.name, v.type, ''::pg_catalog.text AS database, ''::pg_catalog.text AS space, ''::pg_catalog.text AS operation,
       m.version::pg_catalog.text AS label, ''::pg_catalog.text AS le, v.value
FROM engram.metrics_info m, LATERAL (VALUES
     ('engram_info', 'gauge', m.info::pg_catalog.float8),
     ('engram_preloaded', 'gauge', m.preloaded::pg_catalog.float8),
     ('engram_metrics_enabled', 'gauge', m.metrics_enabled::pg_catalog.float8),
     ('engram_stats_reset_timestamp_seconds', 'gauge', m.stats_reset_timestamp_seconds::pg_catalog.float8)) AS v (name, type, value)
UNION ALL SELECT v.name, v.type, m.database::pg_catalog.text AS database, m.space::pg_catalog.text AS space, m.operation::pg_catalog.text AS operation,
       ''::pg_catalog.text AS label, ''::pg_catalog.text AS le, v.value
FROM engram.metrics_operation m, LATERAL (VALUES
     ('engram_operation_calls_total', 'counter', m.calls_total::pg_catalog.float8),
     ('engram_operation_failures_total', 'counter', m.failures_total::pg_catalog.float8),
     ('engram_operation_rows_total', 'counter', m.rows_total::pg_catalog.float8),
     ('engram_operation_edges_total', 'counter', m.edges_total::pg_catalog.float8),
     ('engram_operation_limit_hits_total', 'counter', m.limit_hits_total::pg_catalog.float8),
     ('engram_operation_seconds_total', 'counter', m.seconds_total::pg_catalog.float8)) AS v (name, type, value)
UNION ALL SELECT v.name, v.type, ''::pg_catalog.text AS database, ''::pg_catalog.text AS space, m.operation::pg_catalog.text AS operation,
       m.sqlstate_class::pg_catalog.text AS label, ''::pg_catalog.text AS le, v.value
FROM engram.metrics_operation_errors m, LATERAL (VALUES
     ('engram_operation_errors_total', 'counter', m.total::pg_catalog.float8)) AS v (name, type, value)
UNION ALL SELECT 'engram_operation_duration_seconds' OPERATOR(pg_catalog.||) v.part, 'histogram', ''::pg_catalog.text, ''::pg_catalog.text, m.operation::pg_catalog.text,
       ''::pg_catalog.text, v.le, v.value
FROM engram.metrics_operation_duration m, LATERAL (
     SELECT '_bucket' AS part, b.bound::pg_catalog.text AS le, b.calls::pg_catalog.float8 AS value
     FROM ROWS FROM (pg_catalog.unnest(m.seconds), pg_catalog.unnest(m.seconds_bucket)) AS b (bound, calls)
     UNION ALL VALUES ('_bucket', '+Inf', m.seconds_count::pg_catalog.float8), ('_sum', '', m.seconds_sum), ('_count', '', m.seconds_count::pg_catalog.float8)) AS v
UNION ALL SELECT v.name, v.type, ''::pg_catalog.text AS database, ''::pg_catalog.text AS space, ''::pg_catalog.text AS operation,
       ''::pg_catalog.text AS label, ''::pg_catalog.text AS le, v.value
FROM engram.metrics_recall m, LATERAL (VALUES
     ('engram_recall_answered_total', 'counter', m.answered_total::pg_catalog.float8),
     ('engram_recall_empty_total', 'counter', m.empty_total::pg_catalog.float8)) AS v (name, type, value)
UNION ALL SELECT 'engram_recall_score' OPERATOR(pg_catalog.||) v.part, 'histogram', ''::pg_catalog.text, ''::pg_catalog.text, ''::pg_catalog.text,
       ''::pg_catalog.text, v.le, v.value
FROM engram.metrics_recall m, LATERAL (
     SELECT '_bucket' AS part, b.bound::pg_catalog.text AS le, b.calls::pg_catalog.float8 AS value
     FROM ROWS FROM (pg_catalog.unnest(m.score), pg_catalog.unnest(m.score_bucket)) AS b (bound, calls)
     UNION ALL VALUES ('_bucket', '+Inf', m.score_count::pg_catalog.float8), ('_sum', '', m.score_sum), ('_count', '', m.score_count::pg_catalog.float8)) AS v
UNION ALL SELECT 'engram_recall_confidence' OPERATOR(pg_catalog.||) v.part, 'histogram', ''::pg_catalog.text, ''::pg_catalog.text, ''::pg_catalog.text,
       ''::pg_catalog.text, v.le, v.value
FROM engram.metrics_recall m, LATERAL (
     SELECT '_bucket' AS part, b.bound::pg_catalog.text AS le, b.calls::pg_catalog.float8 AS value
     FROM ROWS FROM (pg_catalog.unnest(m.confidence), pg_catalog.unnest(m.confidence_bucket)) AS b (bound, calls)
     UNION ALL VALUES ('_bucket', '+Inf', m.confidence_count::pg_catalog.float8), ('_sum', '', m.confidence_sum), ('_count', '', m.confidence_count::pg_catalog.float8)) AS v
UNION ALL SELECT 'engram_recall_hops' OPERATOR(pg_catalog.||) v.part, 'histogram', ''::pg_catalog.text, ''::pg_catalog.text, ''::pg_catalog.text,
       ''::pg_catalog.text, v.le, v.value
FROM engram.metrics_recall m, LATERAL (
     SELECT '_bucket' AS part, b.bound::pg_catalog.text AS le, b.calls::pg_catalog.float8 AS value
     FROM ROWS FROM (pg_catalog.unnest(m.hops), pg_catalog.unnest(m.hops_bucket)) AS b (bound, calls)
     UNION ALL VALUES ('_bucket', '+Inf', m.hops_count::pg_catalog.float8), ('_sum', '', m.hops_sum), ('_count', '', m.hops_count::pg_catalog.float8)) AS v
UNION ALL SELECT v.name, v.type, ''::pg_catalog.text AS database, ''::pg_catalog.text AS space, ''::pg_catalog.text AS operation,
       m.origin::pg_catalog.text AS label, ''::pg_catalog.text AS le, v.value
FROM engram.metrics_recall_rows m, LATERAL (VALUES
     ('engram_recall_rows_total', 'counter', m.total::pg_catalog.float8)) AS v (name, type, value)
UNION ALL SELECT v.name, v.type, ''::pg_catalog.text AS database, ''::pg_catalog.text AS space, ''::pg_catalog.text AS operation,
       ''::pg_catalog.text AS label, ''::pg_catalog.text AS le, v.value
FROM engram.metrics_hot_tier m, LATERAL (VALUES
     ('engram_hot_tier_bytes', 'gauge', m.bytes::pg_catalog.float8),
     ('engram_hot_tier_capacity_bytes', 'gauge', m.capacity_bytes::pg_catalog.float8),
     ('engram_hot_tier_memories', 'gauge', m.memories::pg_catalog.float8),
     ('engram_hot_tier_resident', 'gauge', m.resident::pg_catalog.float8),
     ('engram_hot_tier_edges', 'gauge', m.edges::pg_catalog.float8),
     ('engram_hot_tier_cues', 'gauge', m.cues::pg_catalog.float8),
     ('engram_hot_tier_spaces', 'gauge', m.spaces::pg_catalog.float8),
     ('engram_hot_tier_unsettled', 'gauge', m.unsettled::pg_catalog.float8),
     ('engram_hot_tier_evictions_total', 'counter', m.evictions_total::pg_catalog.float8),
     ('engram_hot_tier_hits_total', 'counter', m.hits_total::pg_catalog.float8),
     ('engram_hot_tier_misses_total', 'counter', m.misses_total::pg_catalog.float8),
     ('engram_hot_tier_lock_waits_total', 'counter', m.lock_waits_total::pg_catalog.float8)) AS v (name, type, value)
UNION ALL SELECT v.name, v.type, ''::pg_catalog.text AS database, ''::pg_catalog.text AS space, ''::pg_catalog.text AS operation,
       m.state::pg_catalog.text AS label, ''::pg_catalog.text AS le, v.value
FROM engram.metrics_hot_tier_load m, LATERAL (VALUES
     ('engram_hot_tier_load_spaces', 'gauge', m.spaces::pg_catalog.float8)) AS v (name, type, value)
UNION ALL SELECT v.name, v.type, ''::pg_catalog.text AS database, ''::pg_catalog.text AS space, ''::pg_catalog.text AS operation,
       m.tier::pg_catalog.text AS label, ''::pg_catalog.text AS le, v.value
FROM engram.metrics_tier m, LATERAL (VALUES
     ('engram_tier_memories', 'gauge', m.memories::pg_catalog.float8),
     ('engram_tier_bytes', 'gauge', m.bytes::pg_catalog.float8),
     ('engram_tier_hits_total', 'counter', m.hits_total::pg_catalog.float8)) AS v (name, type, value)
UNION ALL SELECT v.name, v.type, ''::pg_catalog.text AS database, ''::pg_catalog.text AS space, ''::pg_catalog.text AS operation,
       m.direction::pg_catalog.text AS label, ''::pg_catalog.text AS le, v.value
FROM engram.metrics_tier_moves m, LATERAL (VALUES
     ('engram_tier_moves_total', 'counter', m.total::pg_catalog.float8)) AS v (name, type, value)
UNION ALL SELECT v.name, v.type, ''::pg_catalog.text AS database, ''::pg_catalog.text AS space, ''::pg_catalog.text AS operation,
       ''::pg_catalog.text AS label, ''::pg_catalog.text AS le, v.value
FROM engram.metrics_spread m, LATERAL (VALUES
     ('engram_spread_runs_total', 'counter', m.runs_total::pg_catalog.float8),
     ('engram_spread_activations_total', 'counter', m.activations_total::pg_catalog.float8),
     ('engram_spread_edges_total', 'counter', m.edges_total::pg_catalog.float8),
     ('engram_spread_hops_total', 'counter', m.hops_total::pg_catalog.float8),
     ('engram_spread_limit_hits_total', 'counter', m.limit_hits_total::pg_catalog.float8)) AS v (name, type, value)
UNION ALL SELECT v.name, v.type, ''::pg_catalog.text AS database, ''::pg_catalog.text AS space, ''::pg_catalog.text AS operation,
       m.reason::pg_catalog.text AS label, ''::pg_catalog.text AS le, v.value
FROM engram.metrics_limit_hits m, LATERAL (VALUES
     ('engram_limit_hits_total', 'counter', m.total::pg_catalog.float8)) AS v (name, type, value)
UNION ALL SELECT v.name, v.type, ''::pg_catalog.text AS database, ''::pg_catalog.text AS space, ''::pg_catalog.text AS operation,
       ''::pg_catalog.text AS label, ''::pg_catalog.text AS le, v.value
FROM engram.metrics_reinforcement m, LATERAL (VALUES
     ('engram_reinforcement_pending', 'gauge', m.pending::pg_catalog.float8),
     ('engram_reinforcement_noted_total', 'counter', m.noted_total::pg_catalog.float8),
     ('engram_reinforcement_flushed_total', 'counter', m.flushed_total::pg_catalog.float8),
     ('engram_reinforcement_gone_total', 'counter', m.gone_total::pg_catalog.float8),
     ('engram_reinforcement_lost_total', 'counter', m.lost_total::pg_catalog.float8),
     ('engram_reinforcement_batches_total', 'counter', m.batches_total::pg_catalog.float8),
     ('engram_reinforcement_lag_seconds', 'gauge', m.lag_seconds::pg_catalog.float8)) AS v (name, type, value)
UNION ALL SELECT v.name, v.type, ''::pg_catalog.text AS database, ''::pg_catalog.text AS space, ''::pg_catalog.text AS operation,
       m.worker::pg_catalog.text AS label, ''::pg_catalog.text AS le, v.value
FROM engram.metrics_worker m, LATERAL (VALUES
     ('engram_worker_processes', 'gauge', m.processes::pg_catalog.float8),
     ('engram_worker_heartbeat_age_seconds', 'gauge', m.heartbeat_age_seconds::pg_catalog.float8),
     ('engram_worker_runs_total', 'counter', m.runs_total::pg_catalog.float8),
     ('engram_worker_failures_total', 'counter', m.failures_total::pg_catalog.float8),
     ('engram_worker_starts_total', 'counter', m.starts_total::pg_catalog.float8),
     ('engram_worker_restarts_total', 'counter', m.restarts_total::pg_catalog.float8),
     ('engram_worker_starved_total', 'counter', m.starved_total::pg_catalog.float8)) AS v (name, type, value)
UNION ALL SELECT v.name, v.type, ''::pg_catalog.text AS database, ''::pg_catalog.text AS space, ''::pg_catalog.text AS operation,
       ''::pg_catalog.text AS label, ''::pg_catalog.text AS le, v.value
FROM engram.metrics_snapshot m, LATERAL (VALUES
     ('engram_snapshot_present', 'gauge', m.present::pg_catalog.float8),
     ('engram_snapshot_age_seconds', 'gauge', m.age_seconds::pg_catalog.float8),
     ('engram_snapshot_bytes', 'gauge', m.bytes::pg_catalog.float8),
     ('engram_snapshot_load_seconds', 'gauge', m.load_seconds::pg_catalog.float8),
     ('engram_snapshot_discards_total', 'counter', m.discards_total::pg_catalog.float8)) AS v (name, type, value)
UNION ALL SELECT v.name, v.type, ''::pg_catalog.text AS database, ''::pg_catalog.text AS space, ''::pg_catalog.text AS operation,
       ''::pg_catalog.text AS label, ''::pg_catalog.text AS le, v.value
FROM engram.metrics_standby m, LATERAL (VALUES
     ('engram_standby_in_recovery', 'gauge', m.in_recovery::pg_catalog.float8),
     ('engram_standby_lag_bytes', 'gauge', m.lag_bytes::pg_catalog.float8),
     ('engram_standby_lag_seconds', 'gauge', m.lag_seconds::pg_catalog.float8),
     ('engram_standby_missed_total', 'counter', m.missed_total::pg_catalog.float8),
     ('engram_standby_conflicts_total', 'counter', m.conflicts_total::pg_catalog.float8)) AS v (name, type, value)
UNION ALL SELECT v.name, v.type, ''::pg_catalog.text AS database, ''::pg_catalog.text AS space, ''::pg_catalog.text AS operation,
       ''::pg_catalog.text AS label, ''::pg_catalog.text AS le, v.value
FROM engram.metrics_remembered m, LATERAL (VALUES
     ('engram_remembered_total', 'counter', m.total::pg_catalog.float8)) AS v (name, type, value)
UNION ALL SELECT v.name, v.type, ''::pg_catalog.text AS database, m.space::pg_catalog.text AS space, ''::pg_catalog.text AS operation,
       ''::pg_catalog.text AS label, ''::pg_catalog.text AS le, v.value
FROM engram.metrics_consolidation m, LATERAL (VALUES
     ('engram_consolidation_runs_total', 'counter', m.runs_total::pg_catalog.float8),
     ('engram_consolidation_failures_total', 'counter', m.failures_total::pg_catalog.float8),
     ('engram_consolidation_skipped_total', 'counter', m.skipped_total::pg_catalog.float8),
     ('engram_consolidation_seconds_total', 'counter', m.seconds_total::pg_catalog.float8),
     ('engram_consolidation_age_seconds', 'gauge', m.age_seconds::pg_catalog.float8),
     ('engram_consolidation_interval_seconds', 'gauge', m.interval_seconds::pg_catalog.float8),
     ('engram_consolidation_freshness_seconds', 'gauge', m.freshness_seconds::pg_catalog.float8),
     ('engram_consolidation_failures_in_row', 'gauge', m.failures_in_row::pg_catalog.float8),
     ('engram_consolidation_novelty', 'gauge', m.novelty::pg_catalog.float8),
     ('engram_consolidation_low_novelty_runs', 'gauge', m.low_novelty_runs::pg_catalog.float8),
     ('engram_consolidation_publish_delay_seconds', 'gauge', m.publish_delay_seconds::pg_catalog.float8),
     ('engram_consolidation_paused', 'gauge', m.paused::pg_catalog.float8),
     ('engram_consolidation_beliefs', 'gauge', m.beliefs::pg_catalog.float8)) AS v (name, type, value)
UNION ALL SELECT v.name, v.type, ''::pg_catalog.text AS database, ''::pg_catalog.text AS space, ''::pg_catalog.text AS operation,
       m.health::pg_catalog.text AS label, ''::pg_catalog.text AS le, v.value
FROM engram.metrics_consolidation_health m, LATERAL (VALUES
     ('engram_consolidation_health_spaces', 'gauge', m.spaces::pg_catalog.float8)) AS v (name, type, value)
UNION ALL SELECT v.name, v.type, ''::pg_catalog.text AS database, ''::pg_catalog.text AS space, ''::pg_catalog.text AS operation,
       pg_catalog.concat(m.worker, ' ', m.state) AS label, ''::pg_catalog.text AS le, v.value
FROM engram.metrics_worker_state m, LATERAL (VALUES
     ('engram_worker_state_processes', 'gauge', m.processes::pg_catalog.float8)) AS v (name, type, value)
UNION ALL SELECT v.name, v.type, ''::pg_catalog.text AS database, ''::pg_catalog.text AS space, ''::pg_catalog.text AS operation,
       m.kind::pg_catalog.text AS label, ''::pg_catalog.text AS le, v.value
FROM engram.metrics_belief_events m, LATERAL (VALUES
     ('engram_belief_events_total', 'counter', m.total::pg_catalog.float8)) AS v (name, type, value);
COMMENT ON VIEW engram.metrics IS 'Every metric as a row, for exporters that know no histograms';
COMMENT ON COLUMN engram.metrics.label IS 'What tells rows of one metric apart beside the columns before: class, tier, state, direction, origin, worker, worker with its state, version or limit';
COMMENT ON COLUMN engram.metrics.le IS 'Upper bound of a bucket';
CREATE OR REPLACE FUNCTION @extschema@.engram_stat_reset() RETURNS void
    STRICT VOLATILE PARALLEL RESTRICTED
    LANGUAGE c AS 'MODULE_PATHNAME', 'engram_stat_reset_wrapper';
COMMENT ON FUNCTION @extschema@.engram_stat_reset() IS 'Begins all counts of the server anew';
REVOKE ALL ON FUNCTION @extschema@.engram_stat_reset(), engram.operation_stat(),
    engram.duration_stat(),
    engram.distribution_stat(),
    engram.error_stat(),
    engram.counter_stat(),
    engram.hot_stat(),
    engram.metrics_stat(),
    engram.worker_total_stat(),
    engram.consolidation_metrics() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION engram.operation_stat(), engram.duration_stat(), engram.distribution_stat(), engram.error_stat(), engram.counter_stat(), engram.hot_stat(), engram.metrics_stat(), engram.worker_total_stat(), engram.consolidation_metrics() TO pg_monitor;
GRANT EXECUTE ON FUNCTION @extschema@.engram_stat_reset() TO engram_admin;
GRANT SELECT ON engram.metrics_info, engram.metrics_operation, engram.metrics_operation_errors, engram.metrics_operation_duration, engram.metrics_recall, engram.metrics_recall_rows, engram.metrics_hot_tier, engram.metrics_hot_tier_load, engram.metrics_tier, engram.metrics_tier_moves, engram.metrics_spread, engram.metrics_limit_hits, engram.metrics_reinforcement, engram.metrics_worker, engram.metrics_worker_state, engram.metrics_snapshot, engram.metrics_standby, engram.metrics_remembered, engram.metrics_consolidation, engram.metrics_consolidation_health, engram.metrics_belief_events, engram.stat_operation, engram.stat_space, engram.metrics TO pg_monitor;

-- Pages to look at.
CREATE OR REPLACE FUNCTION @extschema@.engram_report(space text DEFAULT NULL) RETURNS text
    VOLATILE PARALLEL RESTRICTED
    LANGUAGE c AS 'MODULE_PATHNAME', 'engram_report_wrapper';
COMMENT ON FUNCTION @extschema@.engram_report(text) IS 'Returns one HTML page about what the caller may see: tiers, latency, activity, beliefs, graph health, workers, settings';
CREATE OR REPLACE FUNCTION @extschema@.engram_graph(id uuid, hops integer DEFAULT 2, format text DEFAULT 'dot', space text DEFAULT NULL) RETURNS text
    VOLATILE PARALLEL RESTRICTED
    LANGUAGE c AS 'MODULE_PATHNAME', 'engram_graph_wrapper';
COMMENT ON FUNCTION @extschema@.engram_graph(uuid, integer, text, text) IS 'Draws what activation reaches from a memory, as dot, json or svg';
REVOKE ALL ON FUNCTION @extschema@.engram_report(text), @extschema@.engram_graph(uuid, integer, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION @extschema@.engram_report(text) TO engram_reader, pg_monitor;
GRANT EXECUTE ON FUNCTION @extschema@.engram_graph(uuid, integer, text, text) TO engram_reader;

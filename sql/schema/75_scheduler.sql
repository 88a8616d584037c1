CREATE TABLE engram.consolidation_seen (
    space text COLLATE "C" NOT NULL,
    seen  pg_snapshot NOT NULL,
    PRIMARY KEY (space)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
COMMENT ON TABLE engram.consolidation_seen IS 'What the last scheduled run of a space has seen, by which the scheduler knows what is new; belongs to one cluster, never dumped';
COMMENT ON COLUMN engram.consolidation_seen.seen IS 'Snapshot of the run: what transactions outside of it changed is new';

CREATE TABLE engram.worker_paused (
    worker    text COLLATE "C" NOT NULL,
    paused_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    paused_by name NOT NULL DEFAULT CURRENT_USER,
    PRIMARY KEY (worker)
);
COMMENT ON TABLE engram.worker_paused IS 'Workers that engram_worker_pause stopped in the whole database; never dumped';
COMMENT ON COLUMN engram.worker_paused.worker IS 'consolidator';
COMMENT ON COLUMN engram.worker_paused.paused_by IS 'Role that paused it';

-- No policy: nobody but the owner of the extension reads or writes these.
ALTER TABLE engram.consolidation_seen ENABLE ROW LEVEL SECURITY;
ALTER TABLE engram.worker_paused ENABLE ROW LEVEL SECURITY;

CREATE FUNCTION engram.consolidation_health_of(
    OUT space text, OUT health text, OUT reason text, OUT remedy text, OUT "interval" interval,
    OUT last_completed_at timestamptz, OUT age interval, OUT freshness_seconds double precision,
    OUT failures_in_row integer, OUT novelty real, OUT low_novelty_runs integer,
    OUT publish_delay_seconds double precision, OUT paused boolean, OUT next_due timestamptz,
    OUT last_error text) RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL RESTRICTED
    AS 'MODULE_PATHNAME', 'consolidation_health_wrapper';
COMMENT ON FUNCTION engram.consolidation_health_of() IS 'Rows of engram.consolidation_health';

CREATE VIEW engram.consolidation_health WITH (security_invoker = true) AS
SELECT h.space, h.health, h.reason, h.remedy, h."interval", h.last_completed_at, h.age, h.freshness_seconds,
       h.failures_in_row, h.novelty, h.low_novelty_runs, h.publish_delay_seconds, h.paused, h.next_due, h.last_error
FROM engram.consolidation_health_of() h;
COMMENT ON VIEW engram.consolidation_health IS 'How consolidation of each space fares, by the health contract; spaces that the current user may see';
COMMENT ON COLUMN engram.consolidation_health.health IS 'ok, degraded, stale, failing or stagnant';
COMMENT ON COLUMN engram.consolidation_health.reason IS 'Why it is so';
COMMENT ON COLUMN engram.consolidation_health.remedy IS 'What to do about it; null where all is well';
COMMENT ON COLUMN engram.consolidation_health."interval" IS 'Time between two runs of the space while something is new';
COMMENT ON COLUMN engram.consolidation_health.last_completed_at IS 'When the last run completed; null before the first';
COMMENT ON COLUMN engram.consolidation_health.age IS 'Time since then';
COMMENT ON COLUMN engram.consolidation_health.freshness_seconds IS 'How long something has waited to be consolidated; 0 while nothing is new';
COMMENT ON COLUMN engram.consolidation_health.failures_in_row IS 'Runs that failed since one completed';
COMMENT ON COLUMN engram.consolidation_health.novelty IS 'Novelty of the last run that completed, 0 to 1; null before the first';
COMMENT ON COLUMN engram.consolidation_health.low_novelty_runs IS 'Runs in a row with something new whose novelty was below .01';
COMMENT ON COLUMN engram.consolidation_health.publish_delay_seconds IS 'Time from the end of the last run to the commit that published it; null where no worker ran since the start of the server';
COMMENT ON COLUMN engram.consolidation_health.paused IS 'Paused, by itself or with the whole database';
COMMENT ON COLUMN engram.consolidation_health.next_due IS 'When the scheduler runs the space next, if something is new';
COMMENT ON COLUMN engram.consolidation_health.last_error IS 'Error of the last run, where it failed; for owners of the space and monitors';

CREATE FUNCTION engram.consolidation_stat(
    OUT space text, OUT runs bigint, OUT failures bigint, OUT skipped bigint, OUT episodes bigint, OUT beliefs bigint,
    OUT total_seconds double precision, OUT last_seconds double precision, OUT longest_seconds double precision,
    OUT last_run_at timestamptz) RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL RESTRICTED
    AS 'MODULE_PATHNAME', 'consolidation_stat_wrapper';
COMMENT ON FUNCTION engram.consolidation_stat() IS 'Rows of engram.stat_consolidation';

CREATE VIEW engram.stat_consolidation WITH (security_invoker = true) AS
SELECT s.space, s.runs, s.failures, s.skipped, s.episodes, s.beliefs, s.total_seconds, s.last_seconds, s.longest_seconds,
       s.last_run_at
FROM engram.consolidation_stat() s;
COMMENT ON VIEW engram.stat_consolidation IS 'What the consolidator has done in each space since the server started; spaces that the current user may see';
COMMENT ON COLUMN engram.stat_consolidation.runs IS 'Runs, completed and failed';
COMMENT ON COLUMN engram.stat_consolidation.failures IS 'Those of them that failed';
COMMENT ON COLUMN engram.stat_consolidation.skipped IS 'Times that a run was due and nothing was new';
COMMENT ON COLUMN engram.stat_consolidation.episodes IS 'Episodes that the last completed run rested on';
COMMENT ON COLUMN engram.stat_consolidation.beliefs IS 'Beliefs that it left';
COMMENT ON COLUMN engram.stat_consolidation.total_seconds IS 'Duration of all runs';

CREATE FUNCTION engram.worker_pool_stat(
    OUT workers bigint, OUT max_workers bigint, OUT waiting bigint, OUT longest_wait_seconds double precision,
    OUT starved bigint, OUT warnings bigint) RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL RESTRICTED
    AS 'MODULE_PATHNAME', 'worker_pool_stat_wrapper';
COMMENT ON FUNCTION engram.worker_pool_stat() IS 'Row of engram.stat_worker_pool';

CREATE VIEW engram.stat_worker_pool WITH (security_invoker = true) AS
SELECT p.workers, p.max_workers, p.waiting, p.longest_wait_seconds, p.starved, p.warnings
FROM engram.worker_pool_stat() p;
COMMENT ON VIEW engram.stat_worker_pool IS 'One row: how the workers of all databases share engram.max_workers';
COMMENT ON COLUMN engram.stat_worker_pool.workers IS 'Workers that are there';
COMMENT ON COLUMN engram.stat_worker_pool.waiting IS 'Visits that are due and have no worker';
COMMENT ON COLUMN engram.stat_worker_pool.longest_wait_seconds IS 'How long the first of them has waited';
COMMENT ON COLUMN engram.stat_worker_pool.starved IS 'Visits that waited longer than the time between two of them, since the server started';
COMMENT ON COLUMN engram.stat_worker_pool.warnings IS 'Warnings about that in the server log, at most one a minute';

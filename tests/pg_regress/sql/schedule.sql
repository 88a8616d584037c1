-- What decides about runs of consolidation, without a worker: cadence and settings of spaces, pauses, wishes, health.
SELECT engram_create_space('cadence');
SELECT engram_configure_space('cadence', consolidation_interval => '5 minutes',
                              settings => '{"consolidation_threshold": 0.7, "consolidation_min_size": 2, "resolve_contradictions": true}');
SELECT consolidation_interval, settings FROM engram.space WHERE space = 'cadence';
-- Null leaves what is set; a null in the object and an interval of zero take it away.
SELECT engram_configure_space('cadence', language => 'english');
SELECT consolidation_interval, settings FROM engram.space WHERE space = 'cadence';
SELECT engram_configure_space('cadence', consolidation_interval => '0', settings => '{"consolidation_min_size": null}');
SELECT consolidation_interval, settings FROM engram.space WHERE space = 'cadence';
SELECT detail FROM engram.audit WHERE space = 'cadence' AND action = 'configure_space' ORDER BY entry;
-- Bad values change nothing.
SELECT attempt(format($$SELECT engram_configure_space('cadence', settings => %L)$$, v))
FROM unnest(ARRAY['[]', '7', '{"threshold": 0.5}', '{"consolidation_threshold": 7}', '{"consolidation_threshold": "0.5"}',
                  '{"consolidation_min_size": 1}', '{"consolidation_max_size": 2.5}', '{"resolve_contradictions": 1}',
                  '{"consolidation_min_size": 3, "installed": true}']) v;
SELECT attempt(format($$SELECT engram_configure_space('cadence', consolidation_interval => %L)$$, v))
FROM unnest(ARRAY['-1 second', '400 days']) v;
SELECT consolidation_interval, settings FROM engram.space WHERE space = 'cadence';
-- Health of a space in which nothing is new, and of one in which something is.
SELECT health, reason, remedy, "interval", freshness_seconds, failures_in_row, low_novelty_runs, paused
FROM engram.consolidation_health WHERE space = 'cadence';
SELECT engram_remember('The bell rang at dawn.', '[1, 0]', space => 'cadence') IS NOT NULL AS stored;
SELECT health, freshness_seconds > 0 AS waits, last_completed_at FROM engram.consolidation_health WHERE space = 'cadence';
SELECT count(*) FROM engram_consolidate('cadence');
SELECT attempt($$SELECT engram_worker_run_now(space => 'cadence')$$);
-- A run by function sees what there is as one of the worker does.
SELECT health, freshness_seconds > 0 AS waits, last_completed_at IS NOT NULL AS ran FROM engram.consolidation_health WHERE space = 'cadence';
-- Pauses.
SELECT engram_worker_pause(space => 'cadence'), engram_worker_pause(space => 'cadence');
SELECT paused FROM engram.consolidation_health WHERE space = 'cadence';
SELECT engram_worker_resume(space => 'cadence'), engram_worker_resume(space => 'cadence'), engram_worker_resume();
SELECT action FROM engram.audit WHERE space = 'cadence' AND action LIKE 'worker%' ORDER BY entry;
SELECT attempt($$SELECT engram_worker_pause('carpenter')$$);
SELECT attempt($$SELECT engram_worker_pause('maintenance')$$);
SELECT attempt($$SELECT engram_worker_pause(space => 'nowhere')$$);
SELECT attempt($$SELECT engram_worker_run_now(wait => NULL)$$);
SELECT attempt($$SELECT engram_worker_run_now('maintenance', wait => true)$$);
SELECT engram_worker_run_now('maintenance');
-- Who sees what.
SELECT has_table_privilege(r, 'engram.' || v, 'SELECT') AS may, r, v
FROM unnest(ARRAY['engram_reader', 'pg_monitor']) r, unnest(ARRAY['consolidation_health', 'stat_consolidation', 'stat_worker_pool']) v
ORDER BY 2, 3;
SELECT count(*) > 0 AS seen FROM engram.stat_consolidation WHERE space = 'cadence';
SELECT max_workers, workers <= max_workers AS fits FROM engram.stat_worker_pool;
SELECT engram_drop_space('cadence');
SELECT count(*) FROM engram.consolidation_health WHERE space = 'cadence';

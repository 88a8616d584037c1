SELECT w.worker, w.database, w.state,
       pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) w.started_at),
       pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) w.last_run_at),
       w.runs, w.failures, w.last_error
FROM engram.stat_worker w
ORDER BY w.worker, w.database, w.pid

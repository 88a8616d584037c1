INSERT INTO engram.worker_paused (worker, paused_by) VALUES ($1, pg_catalog.pg_get_userbyid($2)) ON CONFLICT (worker) DO NOTHING

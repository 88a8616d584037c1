SELECT FROM engram.worker_paused WHERE worker OPERATOR(pg_catalog.=) $1

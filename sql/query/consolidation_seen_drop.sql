DELETE FROM engram.consolidation_seen WHERE space OPERATOR(pg_catalog.=) $1

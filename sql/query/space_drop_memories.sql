WITH runs AS (DELETE FROM engram.consolidation_run WHERE space OPERATOR(pg_catalog.=) $1)
DELETE FROM engram.memory WHERE space OPERATOR(pg_catalog.=) $1

-- What consolidation keeps of a space, before its memories go.
WITH touched AS (DELETE FROM engram.consolidation_touch WHERE space OPERATOR(pg_catalog.=) $1
), lineages AS (DELETE FROM engram.lineage WHERE space OPERATOR(pg_catalog.=) $1
), beliefs AS (DELETE FROM engram.belief WHERE space OPERATOR(pg_catalog.=) $1)
DELETE FROM engram.consolidation WHERE space OPERATOR(pg_catalog.=) $1

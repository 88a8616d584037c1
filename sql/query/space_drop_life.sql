WITH fresh AS (DELETE FROM engram.reembedded WHERE space OPERATOR(pg_catalog.=) $1
), reembedding AS (DELETE FROM engram.reembedding WHERE space OPERATOR(pg_catalog.=) $1)
DELETE FROM engram.retention WHERE space OPERATOR(pg_catalog.=) $1

-- Blank content stands for a memory in the cold tier.
SELECT content OPERATOR(pg_catalog.=) '' FROM engram.memory WHERE space OPERATOR(pg_catalog.=) $1 AND id OPERATOR(pg_catalog.=) $2 FOR UPDATE

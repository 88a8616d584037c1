SELECT pg_catalog.count(*) FROM engram.watch w WHERE w.space OPERATOR(pg_catalog.=) $1

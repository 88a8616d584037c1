SELECT p.space FROM engram.progress p WHERE p.job OPERATOR(pg_catalog.=) $1

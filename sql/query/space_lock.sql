SELECT true FROM engram.space WHERE space OPERATOR(pg_catalog.=) $1 FOR UPDATE

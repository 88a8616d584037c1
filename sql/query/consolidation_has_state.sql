SELECT n.space FROM engram.consolidation n WHERE n.space OPERATOR(pg_catalog.=) $1

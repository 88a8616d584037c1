UPDATE engram.consolidation SET kept_from = $2
WHERE space OPERATOR(pg_catalog.=) $1 AND kept_from OPERATOR(pg_catalog.<) $2

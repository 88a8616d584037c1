SELECT w.owner_role FROM engram.watch w
WHERE w.space OPERATOR(pg_catalog.=) $1 AND w.watch OPERATOR(pg_catalog.=) $2

DELETE FROM engram.announcement WHERE space OPERATOR(pg_catalog.=) $1

DELETE FROM engram.announcement
WHERE space OPERATOR(pg_catalog.=) $1 AND entry OPERATOR(pg_catalog.=) ANY ($2)

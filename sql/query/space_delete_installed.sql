DELETE FROM engram.space WHERE space OPERATOR(pg_catalog.=) $1 AND settings OPERATOR(pg_catalog.?) 'installed'

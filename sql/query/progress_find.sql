SELECT p.through, p.after, p.whole, p.detail FROM engram.progress p
WHERE p.space OPERATOR(pg_catalog.=) $1 AND p.job OPERATOR(pg_catalog.=) $2

-- Every space, with how far it was gone through and when that began.
SELECT s.space, p.after, p.detail
FROM engram.space s
LEFT JOIN engram.progress p ON p.space OPERATOR(pg_catalog.=) s.space AND p.job OPERATOR(pg_catalog.=) 'cold'
ORDER BY s.space

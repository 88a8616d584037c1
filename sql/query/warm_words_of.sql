SELECT w.id, w.changed, w.terms, w.frequencies, w.length
FROM engram.warm w
WHERE w.space OPERATOR(pg_catalog.=) $1 AND w.id OPERATOR(pg_catalog.=) ANY ($2)

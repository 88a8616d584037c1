SELECT w.id, w.terms, w.frequencies, w.length
FROM engram.warm w
WHERE w.terms OPERATOR(pg_catalog.&&) $2 AND w.space OPERATOR(pg_catalog.=) $1
LIMIT $3

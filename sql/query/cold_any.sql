SELECT pg_catalog.count(*) FROM (SELECT FROM engram.cold c WHERE c.space OPERATOR(pg_catalog.=) $1 LIMIT $2) AS c

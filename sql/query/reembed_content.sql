SELECT pg_catalog.md5(coalesce(c.content, m.content))::pg_catalog.uuid
FROM engram.memory m
LEFT JOIN engram.cold c ON c.space OPERATOR(pg_catalog.=) m.space AND c.id OPERATOR(pg_catalog.=) m.id
WHERE m.space OPERATOR(pg_catalog.=) $1 AND m.id OPERATOR(pg_catalog.=) $2

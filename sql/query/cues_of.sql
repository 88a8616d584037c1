SELECT m.changed, m.id, m.cues, m.content
FROM engram.memory m
WHERE m.space OPERATOR(pg_catalog.=) $1 AND m.id OPERATOR(pg_catalog.=) ANY ($2)
ORDER BY m.id

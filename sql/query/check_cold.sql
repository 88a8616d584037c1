SELECT m.id, 'the memory is cold, and engram.cold does not have it'
FROM engram.memory m
WHERE m.space OPERATOR(pg_catalog.=) $1 AND m.cold
  AND NOT EXISTS (SELECT FROM engram.cold c WHERE c.space OPERATOR(pg_catalog.=) $1 AND c.id OPERATOR(pg_catalog.=) m.id)
UNION ALL
SELECT c.id, 'engram.cold has a memory that is not cold'
FROM engram.cold c
WHERE c.space OPERATOR(pg_catalog.=) $1
  AND NOT EXISTS (SELECT FROM engram.memory m
                  WHERE m.space OPERATOR(pg_catalog.=) $1 AND m.id OPERATOR(pg_catalog.=) c.id AND m.cold)
UNION ALL
SELECT m.id, 'the memory has no content'
FROM engram.memory m
WHERE m.space OPERATOR(pg_catalog.=) $1 AND NOT m.cold AND m.content OPERATOR(pg_catalog.=) ''
ORDER BY 2, 1

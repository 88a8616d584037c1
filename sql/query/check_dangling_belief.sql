SELECT 'evidence', e.space, e.id::pg_catalog.text FROM engram.evidence e
WHERE NOT EXISTS (SELECT FROM engram.memory m WHERE m.space OPERATOR(pg_catalog.=) e.space AND m.id OPERATOR(pg_catalog.=) e.id)
   OR (e."by" IS NOT NULL
       AND NOT EXISTS (SELECT FROM engram.memory m WHERE m.space OPERATOR(pg_catalog.=) e.space AND m.id OPERATOR(pg_catalog.=) e."by"))
UNION ALL
SELECT 'supersession', s.space, s.old_id::pg_catalog.text FROM engram.supersession s
WHERE NOT EXISTS (SELECT FROM engram.memory m WHERE m.space OPERATOR(pg_catalog.=) s.space AND m.id OPERATOR(pg_catalog.=) s.old_id)

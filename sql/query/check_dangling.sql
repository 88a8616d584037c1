SELECT 'association', a.space, pg_catalog.format('%s -> %s', a.source, a.target) FROM engram.association a
WHERE NOT EXISTS (SELECT FROM engram.memory m WHERE m.space OPERATOR(pg_catalog.=) a.space AND m.id OPERATOR(pg_catalog.=) a.source)
   OR NOT EXISTS (SELECT FROM engram.memory m WHERE m.space OPERATOR(pg_catalog.=) a.space AND m.id OPERATOR(pg_catalog.=) a.target)
UNION ALL
SELECT 'memory_history', h.space, h.id::pg_catalog.text FROM engram.memory_history h
WHERE NOT EXISTS (SELECT FROM engram.memory m WHERE m.space OPERATOR(pg_catalog.=) h.space AND m.id OPERATOR(pg_catalog.=) h.id)
UNION ALL
SELECT 'cold', c.space, c.id::pg_catalog.text FROM engram.cold c
WHERE NOT EXISTS (SELECT FROM engram.memory m WHERE m.space OPERATOR(pg_catalog.=) c.space AND m.id OPERATOR(pg_catalog.=) c.id)
UNION ALL
SELECT 'feedback', f.space, f.id::pg_catalog.text FROM engram.feedback f
WHERE NOT EXISTS (SELECT FROM engram.memory m WHERE m.space OPERATOR(pg_catalog.=) f.space AND m.id OPERATOR(pg_catalog.=) f.id)
UNION ALL
SELECT 'citation', c.space, pg_catalog.format('%s -> %s', c.belief, c.evidence) FROM engram.citation c
WHERE NOT EXISTS (SELECT FROM engram.memory m WHERE m.space OPERATOR(pg_catalog.=) c.space AND m.id OPERATOR(pg_catalog.=) c.belief)
   OR NOT EXISTS (SELECT FROM engram.memory m WHERE m.space OPERATOR(pg_catalog.=) c.space AND m.id OPERATOR(pg_catalog.=) c.evidence)
UNION ALL
SELECT 'consolidation_snapshot', s.space, s.run::pg_catalog.text FROM engram.consolidation_snapshot s
WHERE NOT EXISTS (SELECT FROM engram.consolidation_run r WHERE r.space OPERATOR(pg_catalog.=) s.space AND r.run OPERATOR(pg_catalog.=) s.run)

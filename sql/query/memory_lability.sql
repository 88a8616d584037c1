-- What reconsolidation needs of a memory. One of the cold tier has no embedding here.
SELECT m.created_at, m.evidence_for, m.evidence_against, m.embedding, m.encoder, t.last_recalled_at
FROM engram.memory m
LEFT JOIN engram.trace t ON t.space OPERATOR(pg_catalog.=) m.space AND t.id OPERATOR(pg_catalog.=) m.id
WHERE m.space OPERATOR(pg_catalog.=) $1 AND m.id OPERATOR(pg_catalog.=) $2

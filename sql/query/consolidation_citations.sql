SELECT c.belief, c.evidence, c.supports, c.weight, c.occurred_at
FROM engram.citation c
WHERE c.space OPERATOR(pg_catalog.=) $1
ORDER BY c.belief, c.evidence

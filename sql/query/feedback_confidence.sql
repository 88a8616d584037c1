-- Evidence of a memory that somebody gives feedback on.
SELECT m.evidence_for, m.evidence_against FROM engram.memory m
WHERE m.space OPERATOR(pg_catalog.=) $1 AND m.id OPERATOR(pg_catalog.=) $2

-- Beliefs that are to be changed. What somebody changes or deletes is passed over: see consolidation_hold_evidence.sql.
SELECT m.id
FROM engram.memory m
WHERE m.space OPERATOR(pg_catalog.=) $1 AND m.id OPERATOR(pg_catalog.=) ANY ($2)
ORDER BY m.id
FOR NO KEY UPDATE SKIP LOCKED

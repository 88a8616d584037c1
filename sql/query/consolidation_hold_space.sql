-- Whoever deletes what is cited changes the version of the space before beliefs, so a run takes it first, too. Somebody who has it is not waited
-- for: it is passed over.
SELECT n.space
FROM engram.consolidation n
WHERE n.space OPERATOR(pg_catalog.=) $1
FOR UPDATE SKIP LOCKED

WITH old AS (
    SELECT s.space, s.run, s.belief FROM engram.consolidation_snapshot s
    WHERE s.space OPERATOR(pg_catalog.=) $1 AND s.until OPERATOR(pg_catalog.<=) $2
    ORDER BY s.run, s.belief LIMIT $3 FOR UPDATE SKIP LOCKED
)
DELETE FROM engram.consolidation_snapshot s USING old o
WHERE s.space OPERATOR(pg_catalog.=) o.space AND s.run OPERATOR(pg_catalog.=) o.run AND s.belief OPERATOR(pg_catalog.=) o.belief

-- Runs of which nothing is left: a belief that is published still names the run that did so.
WITH old AS (
    SELECT r.space, r.run FROM engram.consolidation_run r
    JOIN engram.consolidation c ON c.space OPERATOR(pg_catalog.=) r.space
    WHERE r.space OPERATOR(pg_catalog.=) $1 AND r.run OPERATOR(pg_catalog.<) $2
      AND r.version IS DISTINCT FROM c.version AND r.run IS DISTINCT FROM c.last_run
      AND NOT EXISTS (SELECT FROM engram.consolidation_snapshot s
                      WHERE s.space OPERATOR(pg_catalog.=) r.space AND s.run OPERATOR(pg_catalog.=) r.run)
      AND NOT EXISTS (SELECT FROM engram.consolidation_touch t
                      WHERE t.space OPERATOR(pg_catalog.=) r.space AND t.run OPERATOR(pg_catalog.=) r.run)
    ORDER BY r.run LIMIT $3 FOR UPDATE OF r SKIP LOCKED
)
DELETE FROM engram.consolidation_run r USING old o
WHERE r.space OPERATOR(pg_catalog.=) o.space AND r.run OPERATOR(pg_catalog.=) o.run

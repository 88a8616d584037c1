WITH old AS (
    SELECT t.space, t.run, t.entry FROM engram.consolidation_touch t
    WHERE t.space OPERATOR(pg_catalog.=) $1 AND t.run OPERATOR(pg_catalog.<) $2
    ORDER BY t.run, t.entry LIMIT $3 FOR UPDATE SKIP LOCKED
)
DELETE FROM engram.consolidation_touch t USING old o
WHERE t.space OPERATOR(pg_catalog.=) o.space AND t.run OPERATOR(pg_catalog.=) o.run AND t.entry OPERATOR(pg_catalog.=) o.entry

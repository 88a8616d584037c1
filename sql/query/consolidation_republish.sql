-- The published belief as it is now, in a new version; what is retired is published no more.
WITH retired AS (
    DELETE FROM engram.consolidation_snapshot s
    WHERE s.space OPERATOR(pg_catalog.=) $1 AND s.belief OPERATOR(pg_catalog.=) $2 AND $6
)
UPDATE engram.consolidation_snapshot s SET content = $3, label = '', citations = $4, version = $5
WHERE s.space OPERATOR(pg_catalog.=) $1 AND s.belief OPERATOR(pg_catalog.=) $2 AND s.until IS NULL AND NOT $6

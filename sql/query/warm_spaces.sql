-- Spaces with rows in engram.warm, each found by one step of the index.
WITH RECURSIVE s AS (
    (SELECT w.space FROM engram.warm w ORDER BY w.space LIMIT 1)
    UNION ALL
    SELECT (SELECT w.space FROM engram.warm w WHERE w.space OPERATOR(pg_catalog.>) s.space ORDER BY w.space LIMIT 1)
    FROM s WHERE s.space IS NOT NULL
)
SELECT s.space FROM s WHERE s.space IS NOT NULL

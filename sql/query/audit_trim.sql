-- The next entries before an id, which ascends with time. The names of spaces are skipped through by their index.
WITH RECURSIVE named (space) AS (
    SELECT pg_catalog.min(a.space) FROM engram.audit a
    UNION ALL
    SELECT (SELECT pg_catalog.min(a.space) FROM engram.audit a WHERE a.space OPERATOR(pg_catalog.>) n.space)
    FROM named n WHERE n.space IS NOT NULL
), old AS (
    SELECT o.space, o.entry
    FROM named n, LATERAL (SELECT a.space, a.entry FROM engram.audit a
                           WHERE a.space OPERATOR(pg_catalog.=) n.space AND a.entry OPERATOR(pg_catalog.<) $1
                           ORDER BY a.entry LIMIT $2) o
    LIMIT $2
)
DELETE FROM engram.audit a USING old o
WHERE a.space OPERATOR(pg_catalog.=) o.space AND a.entry OPERATOR(pg_catalog.=) o.entry

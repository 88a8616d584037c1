-- The next events before an id, which ascends with time. The names of spaces are skipped through by their index.
WITH RECURSIVE named (space) AS (
    SELECT pg_catalog.min(e.space) FROM engram.belief_event e
    UNION ALL
    SELECT (SELECT pg_catalog.min(e.space) FROM engram.belief_event e WHERE e.space OPERATOR(pg_catalog.>) n.space)
    FROM named n WHERE n.space IS NOT NULL
), old AS (
    SELECT o.space, o.event
    FROM named n, LATERAL (SELECT e.space, e.event FROM engram.belief_event e
                           WHERE e.space OPERATOR(pg_catalog.=) n.space AND e.event OPERATOR(pg_catalog.<) $1
                           ORDER BY e.event LIMIT $2 FOR UPDATE SKIP LOCKED) o
    LIMIT $2
)
DELETE FROM engram.belief_event e USING old o
WHERE e.space OPERATOR(pg_catalog.=) o.space AND e.event OPERATOR(pg_catalog.=) o.event

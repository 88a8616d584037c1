-- The oldest events beyond the number that a space keeps.
WITH RECURSIVE named (space) AS (
    SELECT pg_catalog.min(e.space) FROM engram.belief_event e
    UNION ALL
    SELECT (SELECT pg_catalog.min(e.space) FROM engram.belief_event e WHERE e.space OPERATOR(pg_catalog.>) n.space)
    FROM named n WHERE n.space IS NOT NULL
), last AS (
    SELECT l.space, l.event
    FROM named n, LATERAL (SELECT e.space, e.event FROM engram.belief_event e
                           WHERE e.space OPERATOR(pg_catalog.=) n.space
                           ORDER BY e.event DESC OFFSET $1 LIMIT 1) l
), old AS (
    SELECT o.space, o.event
    FROM last l, LATERAL (SELECT e.space, e.event FROM engram.belief_event e
                          WHERE e.space OPERATOR(pg_catalog.=) l.space AND e.event OPERATOR(pg_catalog.<=) l.event
                          ORDER BY e.event LIMIT $2 FOR UPDATE SKIP LOCKED) o
    LIMIT $2
)
DELETE FROM engram.belief_event e USING old o
WHERE e.space OPERATOR(pg_catalog.=) o.space AND e.event OPERATOR(pg_catalog.=) o.event

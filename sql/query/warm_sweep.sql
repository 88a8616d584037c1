-- Removes rows whose memory is gone or has changed since, of those after an id, and says where to go on.
WITH looked AS (
    SELECT w.id, w.changed FROM engram.warm w
    WHERE w.space OPERATOR(pg_catalog.=) $1 AND w.id OPERATOR(pg_catalog.>) $2
    ORDER BY w.id LIMIT $3
), stale AS (
    SELECT w.ctid FROM engram.warm w JOIN looked l ON l.id OPERATOR(pg_catalog.=) w.id
    WHERE w.space OPERATOR(pg_catalog.=) $1
      AND NOT EXISTS (SELECT FROM engram.memory m
                      WHERE m.space OPERATOR(pg_catalog.=) w.space AND m.id OPERATOR(pg_catalog.=) w.id
                        AND m.changed OPERATOR(pg_catalog.=) w.changed)
    FOR UPDATE OF w SKIP LOCKED
), gone AS (
    DELETE FROM engram.warm w USING stale s WHERE w.ctid OPERATOR(pg_catalog.=) s.ctid RETURNING w.id
)
SELECT (SELECT l.id FROM looked l ORDER BY l.id DESC LIMIT 1), (SELECT pg_catalog.array_agg(g.id) FROM gone g),
       (SELECT pg_catalog.count(*) FROM looked)

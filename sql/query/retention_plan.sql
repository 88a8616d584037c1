-- What the rules of a space forget, oldest first. A belief outlives what it was made of: the general rule leaves it alone.
WITH matched AS (
    SELECT m.id, m.occurred_at, m.kind, r.kind AS rule, r.max_age, r.max_count, r.mode
    FROM engram.memory m
    JOIN engram.retention r
      ON r.space OPERATOR(pg_catalog.=) $1
     AND (r.kind OPERATOR(pg_catalog.=) m.kind
          OR (r.kind OPERATOR(pg_catalog.=) '' AND m.kind OPERATOR(pg_catalog.<>) 'belief'
              AND NOT EXISTS (SELECT FROM engram.retention o
                              WHERE o.space OPERATOR(pg_catalog.=) $1 AND o.kind OPERATOR(pg_catalog.=) m.kind)))
    WHERE m.space OPERATOR(pg_catalog.=) $1 AND NOT m.pinned
      AND (r.mode OPERATOR(pg_catalog.=) 'delete' OR m.suppressed_at IS NULL)
), aged AS (
    SELECT a.id, a.occurred_at, a.kind, a.rule, a.mode, 'age' AS reason
    FROM matched a
    WHERE a.occurred_at OPERATOR(pg_catalog.<) (pg_catalog.statement_timestamp() OPERATOR(pg_catalog.-) a.max_age)
), counted AS (
    SELECT c.id, c.occurred_at, c.kind, c.rule, c.mode, 'count' AS reason
    FROM (SELECT n.*, pg_catalog.row_number() OVER (PARTITION BY n.rule ORDER BY n.occurred_at DESC, n.id DESC) AS place
          FROM matched n WHERE n.max_count IS NOT NULL) AS c
    WHERE c.place OPERATOR(pg_catalog.>) c.max_count
)
SELECT DISTINCT ON (f.occurred_at, f.id) f.id, f.occurred_at, f.kind, f.rule, f.mode, f.reason
FROM (SELECT * FROM aged UNION ALL SELECT * FROM counted) AS f
ORDER BY f.occurred_at, f.id, f.reason
LIMIT $2

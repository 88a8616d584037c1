-- As chill_candidates.sql, and whether a belief explains the memory. The memory of a belief that stands stays.
SELECT m.id, m.cold,
       m.pinned OR EXISTS (SELECT FROM engram.belief b
                           WHERE b.space OPERATOR(pg_catalog.=) $1 AND b.id OPERATOR(pg_catalog.=) m.id
                             AND b.state OPERATOR(pg_catalog.=) 'active'),
       m.created_at, greatest(m.created_at, m.occurred_at, t.last_recalled_at),
       EXISTS (SELECT FROM engram.citation c
               JOIN engram.belief b ON b.space OPERATOR(pg_catalog.=) c.space AND b.id OPERATOR(pg_catalog.=) c.belief
               WHERE c.space OPERATOR(pg_catalog.=) $1 AND c.evidence OPERATOR(pg_catalog.=) m.id
                 AND c.supports AND c.weight OPERATOR(pg_catalog.>=) $4 AND b.state OPERATOR(pg_catalog.=) 'active')
FROM (SELECT n.id, n.cold, n.pinned, n.created_at, n.occurred_at
      FROM engram.memory n
      WHERE n.space OPERATOR(pg_catalog.=) $1 AND ($2 IS NULL OR n.id OPERATOR(pg_catalog.>) $2)
      ORDER BY n.id LIMIT $3) AS m
LEFT JOIN engram.trace t ON t.space OPERATOR(pg_catalog.=) $1 AND t.id OPERATOR(pg_catalog.=) m.id
ORDER BY m.id

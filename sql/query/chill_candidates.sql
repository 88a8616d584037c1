-- The next memories in the order of ids, with what is known of their use in the tables.
SELECT m.id, m.cold, m.pinned, m.created_at,
       greatest(m.created_at, m.occurred_at, t.last_recalled_at), false
FROM (SELECT n.id, n.cold, n.pinned, n.created_at, n.occurred_at
      FROM engram.memory n
      WHERE n.space OPERATOR(pg_catalog.=) $1 AND ($2 IS NULL OR n.id OPERATOR(pg_catalog.>) $2)
      ORDER BY n.id LIMIT $3) AS m
LEFT JOIN engram.trace t ON t.space OPERATOR(pg_catalog.=) $1 AND t.id OPERATOR(pg_catalog.=) m.id
ORDER BY m.id

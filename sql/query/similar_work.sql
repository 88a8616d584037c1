-- Memories that changed, and memories that lost an association and have room for another, in the order of transactions and ids.
SELECT w.changed, w.id, pg_catalog.bool_or(w.itself)
FROM (SELECT m.changed, m.id, true
      FROM engram.memory m
      WHERE m.space OPERATOR(pg_catalog.=) $1 AND m.changed OPERATOR(pg_catalog.>=) $2 AND m.changed OPERATOR(pg_catalog.<) $3
      UNION ALL
      SELECT c.changed, c.id, false
      FROM engram.change c
      WHERE c.space OPERATOR(pg_catalog.=) $1 AND c.what OPERATOR(pg_catalog.=) 'association'
        AND c.changed OPERATOR(pg_catalog.>=) $2 AND c.changed OPERATOR(pg_catalog.<) $3
        AND (SELECT pg_catalog.count(*) FROM engram.association a
             WHERE a.space OPERATOR(pg_catalog.=) $1 AND a.source OPERATOR(pg_catalog.=) c.id
               AND a.origin OPERATOR(pg_catalog.=) 'similarity') OPERATOR(pg_catalog.<) $5) AS w(changed, id, itself)
WHERE w.changed OPERATOR(pg_catalog.>) $2 OR $4 IS NULL OR w.id OPERATOR(pg_catalog.>) $4
GROUP BY w.changed, w.id
ORDER BY w.changed, w.id
LIMIT $6

-- Runs after this one that stand and have to do with the same beliefs, the latest first: the order in which they can be undone.
SELECT r.run
FROM engram.consolidation_run r
WHERE r.space OPERATOR(pg_catalog.=) $1 AND r.run OPERATOR(pg_catalog.>) $2
  AND r.state OPERATOR(pg_catalog.=) 'completed'
  AND EXISTS (SELECT FROM engram.consolidation_touch l
              JOIN engram.consolidation_touch t
                ON t.space OPERATOR(pg_catalog.=) l.space
               AND t.id OPERATOR(pg_catalog.=) ANY (ARRAY[l.id, l.other])
              WHERE l.space OPERATOR(pg_catalog.=) r.space AND l.run OPERATOR(pg_catalog.=) r.run
                AND t.run OPERATOR(pg_catalog.=) $2)
ORDER BY r.run DESC

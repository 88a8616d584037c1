-- What became of beliefs that the caller may see, in thirty days.
SELECT e.kind, pg_catalog.count(*)
FROM engram.belief_event e
WHERE e.space OPERATOR(pg_catalog.=) ANY ($1)
  AND e.at OPERATOR(pg_catalog.>=) (pg_catalog.now() OPERATOR(pg_catalog.-) '30 days'::pg_catalog.interval)
GROUP BY e.kind
ORDER BY 2 DESC, 1

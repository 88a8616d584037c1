-- For monitors: counts by one label. The first column says of what.
SELECT 'origin', r.origin, r.total FROM engram.metrics_recall_rows r
UNION ALL
SELECT 'move', m.direction, m.total FROM engram.metrics_tier_moves m
UNION ALL
SELECT 'error', e.sqlstate_class, pg_catalog.sum(e.total)::pg_catalog.int8
FROM engram.metrics_operation_errors e
GROUP BY e.sqlstate_class
HAVING pg_catalog.sum(e.total) OPERATOR(pg_catalog.>) 0::pg_catalog."numeric"
ORDER BY 1, 3 DESC, 2

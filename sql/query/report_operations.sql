-- For monitors: what was called, and how long it took.
SELECT d.operation, COALESCE(o.failures, 0), COALESCE(o.rows, 0),
       d.seconds, d.seconds_bucket, d.seconds_count, d.seconds_sum
FROM engram.metrics_operation_duration d
LEFT JOIN (SELECT m.operation, pg_catalog.sum(m.failures_total)::pg_catalog.int8 AS failures,
                  pg_catalog.sum(m.rows_total)::pg_catalog.int8 AS rows
           FROM engram.metrics_operation m GROUP BY m.operation) o ON o.operation OPERATOR(pg_catalog.=) d.operation
ORDER BY d.seconds_count DESC, d.operation

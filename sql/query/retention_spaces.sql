-- Spaces whose rules were not applied in the last $1 seconds.
SELECT DISTINCT r.space
FROM engram.retention r
WHERE r.applied_at IS NULL
   OR r.applied_at OPERATOR(pg_catalog.<) (pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) pg_catalog.make_interval(secs => $1::pg_catalog.float8))

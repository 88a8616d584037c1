-- The version that was the latest one at a time, and the run that published it.
SELECT r.version, r.run, r.finished_at
FROM engram.consolidation_run r
WHERE r.space OPERATOR(pg_catalog.=) $1 AND r.version IS NOT NULL AND r.finished_at OPERATOR(pg_catalog.<=) $2
ORDER BY r.version DESC
LIMIT 1

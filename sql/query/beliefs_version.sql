-- The version of the beliefs of a space, and the run that published the most of it: a version may come of a memory that was deleted.
SELECT c.version, r.run, r.finished_at, c.kept_from
FROM engram.consolidation c
LEFT JOIN LATERAL (
    SELECT p.run, p.finished_at FROM engram.consolidation_run p
    WHERE p.space OPERATOR(pg_catalog.=) c.space AND p.version OPERATOR(pg_catalog.<=) c.version
    ORDER BY p.version DESC LIMIT 1) r ON true
WHERE c.space OPERATOR(pg_catalog.=) $1

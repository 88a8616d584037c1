-- The version of the beliefs of a space and the run that published it: one row by its key, one by an index.
SELECT c.version, r.run, r.finished_at, c.kept_from
FROM engram.consolidation c
LEFT JOIN engram.consolidation_run r
    ON r.space OPERATOR(pg_catalog.=) c.space AND r.version OPERATOR(pg_catalog.=) c.version
WHERE c.space OPERATOR(pg_catalog.=) $1

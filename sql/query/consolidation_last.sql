-- Novelty of the last run of a space that completed, and the error of the last one where that failed.
SELECT (SELECT r.novelty FROM engram.consolidation c
        JOIN engram.consolidation_run r
          ON r.space OPERATOR(pg_catalog.=) c.space AND r.run OPERATOR(pg_catalog.=) c.last_run
        WHERE c.space OPERATOR(pg_catalog.=) $1),
       (SELECT l.error FROM (SELECT r.state, r.error FROM engram.consolidation_run r
                             WHERE r.space OPERATOR(pg_catalog.=) $1
                             ORDER BY r.run DESC LIMIT 1) l
        WHERE l.state OPERATOR(pg_catalog.=) 'failed')

-- Whether memories that the run made are published: their rows go with them.
SELECT EXISTS (SELECT FROM engram.consolidation_touch t
               JOIN engram.consolidation_snapshot s
                 ON s.space OPERATOR(pg_catalog.=) t.space AND s.belief OPERATOR(pg_catalog.=) t.id AND s.until IS NULL
               WHERE t.space OPERATOR(pg_catalog.=) $1 AND t.run OPERATOR(pg_catalog.=) $2
                 AND t.what OPERATOR(pg_catalog.=) 'memory' AND t.before IS NULL)

-- What was the horizon to be at the last time is old enough by now. Who reads the changes for a job of the worker keeps them.
INSERT INTO engram.change_horizon AS h (trimmed, candidate)
VALUES ('0', $1)
ON CONFLICT (singleton) DO UPDATE
SET trimmed = GREATEST(h.trimmed, LEAST(h.candidate, (SELECT pg_catalog.min(p.through) FROM engram.progress p
                                                      WHERE p.job OPERATOR(pg_catalog.=) 'similarity'))),
    candidate = EXCLUDED.candidate,
    candidate_at = pg_catalog.now()
WHERE h.candidate_at OPERATOR(pg_catalog.<=) (pg_catalog.now() OPERATOR(pg_catalog.-) pg_catalog.make_interval(mins => $2))

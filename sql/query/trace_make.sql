-- Makes the traces that are not there. The lock on the memory keeps a trace from outliving a deletion that runs at the same time; a
-- memory that somebody holds is left for later.
INSERT INTO engram.trace (space, id)
SELECT l.space, l.id
FROM (SELECT m.space, m.id FROM engram.memory m
      WHERE m.space OPERATOR(pg_catalog.=) $1 AND m.id OPERATOR(pg_catalog.=) ANY ($2)
        AND NOT EXISTS (SELECT FROM engram.trace t
                        WHERE t.space OPERATOR(pg_catalog.=) m.space AND t.id OPERATOR(pg_catalog.=) m.id)
      ORDER BY m.id FOR KEY SHARE OF m SKIP LOCKED) AS l
ON CONFLICT (space, id) DO NOTHING

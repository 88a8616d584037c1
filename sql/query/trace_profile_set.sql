-- The lock on the memory keeps a trace from outliving a deletion that runs at the same time.
INSERT INTO engram.trace AS t (space, id, profile, parameters, floor)
SELECT m.space, m.id, $3, $4, $5
FROM (SELECT space, id FROM engram.memory
      WHERE space OPERATOR(pg_catalog.=) $1 AND id OPERATOR(pg_catalog.=) $2
      FOR KEY SHARE) AS m
ON CONFLICT (space, id) DO UPDATE
SET profile = excluded.profile, parameters = excluded.parameters, floor = excluded.floor

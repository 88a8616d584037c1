INSERT INTO engram.lineage (space, child, parent, run, kind)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (space, child, parent, run) DO NOTHING

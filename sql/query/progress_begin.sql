INSERT INTO engram.progress (space, job, through, whole, detail)
VALUES ($1, $2, '0', '0', '') ON CONFLICT (space, job) DO NOTHING

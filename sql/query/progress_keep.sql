INSERT INTO engram.progress AS p (space, job, through, after, whole, detail)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (space, job) DO UPDATE
SET through = excluded.through, after = excluded.after, whole = excluded.whole, detail = excluded.detail

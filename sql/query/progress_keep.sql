-- Not for a space that is dropped meanwhile: its row is held until this transaction ends.
INSERT INTO engram.progress AS p (space, job, through, after, whole, detail)
SELECT s.space, $2, $3, $4, $5, $6
FROM engram.space s WHERE s.space OPERATOR(pg_catalog.=) $1
FOR KEY SHARE
ON CONFLICT (space, job) DO UPDATE
SET through = excluded.through, after = excluded.after, whole = excluded.whole, detail = excluded.detail

-- Not for a space that is dropped meanwhile: its row is held until this transaction ends.
INSERT INTO engram.progress (space, job, through, whole, detail)
SELECT s.space, $2, '0', '0', ''
FROM engram.space s WHERE s.space OPERATOR(pg_catalog.=) $1
FOR KEY SHARE
ON CONFLICT (space, job) DO NOTHING

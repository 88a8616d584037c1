-- A space that was not counted yet needs no changes: the count will hold them.
INSERT INTO engram.usage (space, entry, memories, bytes)
SELECT $1, $2, $3, $4
WHERE EXISTS (SELECT FROM engram.usage u WHERE u.space OPERATOR(pg_catalog.=) $1)

-- What is known of the beliefs of a space, before its memories go.
WITH sources AS (DELETE FROM engram.evidence WHERE space OPERATOR(pg_catalog.=) $1)
DELETE FROM engram.supersession WHERE space OPERATOR(pg_catalog.=) $1

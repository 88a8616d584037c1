-- Rules of a space, which nobody changes until the transaction ends. None while somebody else applies or changes them.
SELECT r.kind, r.mode, pg_catalog.concat_ws(' ', r.kind, r.mode, r.max_age, '/', r.max_count)
FROM engram.retention r
WHERE r.space OPERATOR(pg_catalog.=) $1
ORDER BY r.kind
FOR UPDATE SKIP LOCKED

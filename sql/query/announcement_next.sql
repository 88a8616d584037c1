SELECT a.entry, a.event, a.ids, a.activity
FROM engram.announcement a
WHERE a.space OPERATOR(pg_catalog.=) $1
ORDER BY a.entry
LIMIT $2

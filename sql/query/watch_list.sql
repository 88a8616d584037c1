SELECT w.watch, w.owner_role, w.cue, w.embedding, w.filter::pg_catalog.text, w.threshold, w.channel, w.events
FROM engram.watch w
WHERE w.space OPERATOR(pg_catalog.=) $1
ORDER BY w.watch

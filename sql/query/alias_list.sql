SELECT a.alias, a.cue
FROM engram.cue_alias a
WHERE a.space OPERATOR(pg_catalog.=) $1
ORDER BY a.alias

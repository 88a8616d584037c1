-- A source that has changed its mind counts for what it says last.
UPDATE engram.evidence SET withdrawn_at = $4
WHERE space OPERATOR(pg_catalog.=) $1 AND id OPERATOR(pg_catalog.=) $2 AND entry OPERATOR(pg_catalog.=) $3

UPDATE engram.memory
SET evidence_for = $3, evidence_against = $4, suppressed_at = NULL
WHERE space OPERATOR(pg_catalog.=) $1 AND id OPERATOR(pg_catalog.=) $2 AND changed OPERATOR(pg_catalog.=) $5

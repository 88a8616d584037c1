-- As long as nobody has changed it since it was read.
UPDATE engram.memory
SET content = $3, embedding = $4, encoder = $5, cues = $6, evidence_for = $7, evidence_against = $8, occurred_at = $9,
    metadata = $10, suppressed_at = NULL
WHERE space OPERATOR(pg_catalog.=) $1 AND id OPERATOR(pg_catalog.=) $2 AND changed OPERATOR(pg_catalog.=) $11
RETURNING content, embedding, encoder, kind, metadata::pg_catalog.text, label

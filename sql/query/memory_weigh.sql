-- Adds to the evidence of a memory, or takes away what a source has said before; returns what it has then.
UPDATE engram.memory
SET evidence_for = GREATEST(coalesce(evidence_for, 0) OPERATOR(pg_catalog.+) $3, 0),
    evidence_against = GREATEST(coalesce(evidence_against, 0) OPERATOR(pg_catalog.+) $4, 0)
WHERE space OPERATOR(pg_catalog.=) $1 AND id OPERATOR(pg_catalog.=) $2
RETURNING evidence_for, evidence_against

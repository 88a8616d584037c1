-- What decides about a replacement, of a locked memory.
SELECT m.superseded_by, m.valid_from, m.valid_to, m.source, m.evidence_for, m.evidence_against, m.context, m.kind
FROM engram.memory m
WHERE m.space OPERATOR(pg_catalog.=) $1 AND m.id OPERATOR(pg_catalog.=) $2

-- An embedding describes its content: new content without a new embedding has none.
UPDATE engram.memory
SET content = coalesce($3, content),
    embedding = CASE WHEN $4 IS NOT NULL THEN $4
                     WHEN $3 IS NULL OR $3 OPERATOR(pg_catalog.=) content THEN embedding END,
    cues = coalesce($5, cues),
    metadata = coalesce($6, metadata),
    context = coalesce($7, context),
    kind = coalesce($8, kind),
    evidence_for = coalesce($9, evidence_for),
    evidence_against = coalesce($10, evidence_against),
    occurred_at = coalesce($11, occurred_at),
    source = coalesce($12, source)
WHERE space OPERATOR(pg_catalog.=) $1 AND id OPERATOR(pg_catalog.=) $2

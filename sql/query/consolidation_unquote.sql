-- Nothing that a deleted memory may have given to the memory of a belief stays there. Without evidence it is retired.
UPDATE engram.memory
SET content = $3, cues = '{}', metadata = $4,
    embedding = CASE WHEN $5 THEN NULL ELSE embedding END,
    suppressed_at = CASE WHEN $5 THEN coalesce(suppressed_at, pg_catalog.statement_timestamp()) ELSE suppressed_at END
WHERE space OPERATOR(pg_catalog.=) $1 AND id OPERATOR(pg_catalog.=) $2
RETURNING content, embedding, encoder, kind, metadata::pg_catalog.text, label

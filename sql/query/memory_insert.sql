INSERT INTO engram.memory (space, id, content, embedding, cues, context, kind, evidence_for,
                           evidence_against, occurred_at, source, metadata)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, coalesce($12, '{}'))

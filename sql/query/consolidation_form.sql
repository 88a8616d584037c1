INSERT INTO engram.memory (space, id, content, embedding, encoder, cues, kind, origin, label, evidence_for, evidence_against,
                           occurred_at, metadata)
VALUES ($1, $2, $3, $4, $5, $6, 'belief', 'consolidated', $7, $8, $9, $10, $11)
ON CONFLICT (space, id) DO NOTHING
RETURNING content, embedding, encoder, kind, metadata::pg_catalog.text, label

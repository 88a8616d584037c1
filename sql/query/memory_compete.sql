-- The memory $13: what $2 is, with the changes. An embedding describes its content.
INSERT INTO engram.memory (space, id, content, embedding, cues, context, kind, label, evidence_for,
                           evidence_against, occurred_at, source, metadata)
SELECT m.space, $13, coalesce($3, m.content),
       CASE WHEN $4 IS NOT NULL THEN $4
            WHEN $3 IS NULL OR $3 OPERATOR(pg_catalog.=) m.content THEN m.embedding END,
       coalesce($5, CASE WHEN $3 IS NULL THEN m.cues ELSE '{}' END),
       coalesce($7, m.context), coalesce($8, m.kind), m.label, coalesce($9, m.evidence_for),
       coalesce($10, m.evidence_against), coalesce($11, m.occurred_at), coalesce($12, m.source), coalesce($6, m.metadata)
FROM engram.memory m
WHERE m.space OPERATOR(pg_catalog.=) $1 AND m.id OPERATOR(pg_catalog.=) $2

SELECT pg_catalog.row_to_json(x)::pg_catalog.text
FROM (SELECT 'memory' AS type, m.space, m.id, coalesce(c.content, m.content) AS content, coalesce(c.embedding,
             m.embedding)::pg_catalog.text::pg_catalog.json AS embedding, m.encoder, m.cues, m.context, m.kind, m.origin, m.label,
             m.evidence_for, m.evidence_against, m.occurred_at, m.source, m.metadata, m.valid_from, m.valid_to, m.superseded_by,
             m.suppressed_at, m.created_at, m.pinned
      FROM engram.memory m
      LEFT JOIN engram.cold c ON c.space OPERATOR(pg_catalog.=) m.space AND c.id OPERATOR(pg_catalog.=) m.id
      WHERE m.space OPERATOR(pg_catalog.=) $1
      ORDER BY m.id) AS x

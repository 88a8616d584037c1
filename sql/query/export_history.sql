SELECT pg_catalog.row_to_json(x)::pg_catalog.text
FROM (SELECT 'history' AS type, h.space, h.id, h.version, h.content, h.embedding::pg_catalog.text::pg_catalog.json AS embedding, h.encoder, h.cues, h.context,
             h.kind, h.label, h.evidence_for, h.evidence_against, h.occurred_at, h.source, h.metadata, h.valid_from, h.valid_to,
             h.mode, h.replaced_at, h.replaced_by
      FROM engram.memory_history h
      WHERE h.space OPERATOR(pg_catalog.=) $1
      ORDER BY h.id, h.version) AS x

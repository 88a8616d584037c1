UPDATE engram.memory m
SET content = b.content, embedding = b.embedding, encoder = b.encoder, context = b.context, kind = b.kind, origin = b.origin,
    label = b.label, evidence_for = b.evidence_for, evidence_against = b.evidence_against, occurred_at = b.occurred_at,
    source = b.source, metadata = b.metadata, valid_from = b.valid_from, valid_to = b.valid_to,
    superseded_by = b.superseded_by, suppressed_at = b.suppressed_at, created_at = b.created_at
FROM engram.consolidation_touch t
CROSS JOIN LATERAL pg_catalog.jsonb_populate_record(NULL::engram.memory, t.before) b
WHERE t.space OPERATOR(pg_catalog.=) $1 AND t.run OPERATOR(pg_catalog.=) $2
  AND t.what OPERATOR(pg_catalog.=) 'memory' AND t.before IS NOT NULL
  AND m.space OPERATOR(pg_catalog.=) $1 AND m.id OPERATOR(pg_catalog.=) t.id

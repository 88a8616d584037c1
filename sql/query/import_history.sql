INSERT INTO engram.memory_history (space, id, version, content, embedding, encoder, cues, context, kind, label, evidence_for, evidence_against, occurred_at,
    source, metadata, valid_from, valid_to, mode, replaced_at, replaced_by)
SELECT $1, r.id, r.version, r.content, r.embedding, r.encoder, coalesce(r.cues, '{}'), r.context, r.kind, r.label,
       r.evidence_for, r.evidence_against, r.occurred_at, r.source, coalesce(r.metadata, '{}'), r.valid_from, r.valid_to,
       r.mode, coalesce(r.replaced_at, pg_catalog.now()), r.replaced_by
FROM pg_catalog.json_populate_record(NULL::engram.memory_history, $2::pg_catalog.json) AS r
ON CONFLICT (space, id, version) DO NOTHING

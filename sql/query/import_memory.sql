-- A row that comes with "changed" was completed before: the trigger leaves its cues and its embedding as they are.
INSERT INTO engram.memory (space, id, content, embedding, encoder, cues, context, kind, origin, label, evidence_for, evidence_against, occurred_at,
    source, metadata, valid_from, valid_to, superseded_by, suppressed_at, created_at, pinned, changed)
SELECT $1, r.id, r.content, r.embedding, r.encoder, coalesce(r.cues, '{}'), r.context, coalesce(r.kind, 'episode'),
       coalesce(r.origin, 'stored'), r.label, r.evidence_for, r.evidence_against, r.occurred_at, r.source,
       coalesce(r.metadata, '{}'), r.valid_from, r.valid_to, r.superseded_by, r.suppressed_at, r.created_at, coalesce(r.pinned, false), '3'::pg_catalog.xid8
FROM pg_catalog.json_populate_record(NULL::engram.memory, $2::pg_catalog.json) AS r
ON CONFLICT (space, id) DO NOTHING

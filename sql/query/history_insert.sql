INSERT INTO engram.memory_history (space, id, version, content, embedding, encoder, cues, context, kind,
                                   label, evidence_for, evidence_against, occurred_at, source, metadata,
                                   valid_from, valid_to, mode, replaced_by)
SELECT m.space, m.id,
       (SELECT coalesce(pg_catalog.max(h.version), 0) OPERATOR(pg_catalog.+) 1 FROM engram.memory_history h
        WHERE h.space OPERATOR(pg_catalog.=) $1 AND h.id OPERATOR(pg_catalog.=) $2),
       m.content, m.embedding, m.encoder, m.cues, m.context, m.kind, m.label, m.evidence_for,
       m.evidence_against, m.occurred_at, m.source, m.metadata, m.valid_from, m.valid_to, $4,
       pg_catalog.pg_get_userbyid($3)
FROM engram.memory m
WHERE m.space OPERATOR(pg_catalog.=) $1 AND m.id OPERATOR(pg_catalog.=) $2

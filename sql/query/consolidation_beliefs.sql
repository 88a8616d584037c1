-- The beliefs of a space as runs left them, the retired ones, too, with their memories. Evidence that was given by engram_confirm and
-- engram_contradict is counted apart. Blank content stands for a memory in the cold tier.
SELECT b.id, b.state, b.label, b.founded_by, b.regularity::pg_catalog.text, b.cohesion, b.first_at, b.last_at, b.count,
       b.contradicts, b.conflicts::pg_catalog.text, b.written, b.evidence_for, b.evidence_against,
       m.label, m.content OPERATOR(pg_catalog.=) '',
       CASE WHEN m.content OPERATOR(pg_catalog.=) '' THEN
           (SELECT c.content FROM engram.cold c
            WHERE c.space OPERATOR(pg_catalog.=) m.space AND c.id OPERATOR(pg_catalog.=) m.id)
       ELSE m.content END,
       CASE WHEN m.content OPERATOR(pg_catalog.=) '' THEN
           (SELECT c.embedding FROM engram.cold c
            WHERE c.space OPERATOR(pg_catalog.=) m.space AND c.id OPERATOR(pg_catalog.=) m.id)
       ELSE m.embedding END,
       m.encoder, m.cues, m.kind, m.metadata::pg_catalog.text, m.occurred_at, m.evidence_for, m.evidence_against,
       m.suppressed_at IS NOT NULL, m.superseded_by, m.changed,
       coalesce((SELECT pg_catalog.sum(e.weight) FROM engram.evidence e
                 WHERE e.space OPERATOR(pg_catalog.=) b.space AND e.id OPERATOR(pg_catalog.=) b.id
                   AND e.supports AND e.withdrawn_at IS NULL), 0)::pg_catalog.float4,
       coalesce((SELECT pg_catalog.sum(e.weight) FROM engram.evidence e
                 WHERE e.space OPERATOR(pg_catalog.=) b.space AND e.id OPERATOR(pg_catalog.=) b.id
                   AND NOT e.supports AND e.withdrawn_at IS NULL), 0)::pg_catalog.float4
FROM engram.belief b
JOIN engram.memory m ON m.space OPERATOR(pg_catalog.=) b.space AND m.id OPERATOR(pg_catalog.=) b.id
WHERE b.space OPERATOR(pg_catalog.=) $1
ORDER BY b.id

-- The belief where it is still there, as consolidation knows it, and what remains of its evidence: how many, and the text of the most central.
SELECT b.state, b.written, m.content, m.embedding, m.encoder, m.kind, m.metadata::pg_catalog.text, m.label, e.content, coalesce(e.count, 0)::pg_catalog.int4
FROM engram.belief b
JOIN engram.memory m ON m.space OPERATOR(pg_catalog.=) b.space AND m.id OPERATOR(pg_catalog.=) b.id
LEFT JOIN LATERAL (
    SELECT coalesce(nullif(n.content, ''), (SELECT o.content FROM engram.cold o
                    WHERE o.space OPERATOR(pg_catalog.=) n.space AND o.id OPERATOR(pg_catalog.=) n.id)) AS content,
           pg_catalog.count(*) OVER () AS count
    FROM engram.citation c
    JOIN engram.memory n ON n.space OPERATOR(pg_catalog.=) c.space AND n.id OPERATOR(pg_catalog.=) c.evidence
    WHERE c.space OPERATOR(pg_catalog.=) b.space AND c.belief OPERATOR(pg_catalog.=) b.id AND c.supports
      AND n.suppressed_at IS NULL AND n.superseded_by IS NULL
    ORDER BY c.weight DESC, c.evidence
    LIMIT 1) e ON true
WHERE b.space OPERATOR(pg_catalog.=) $1 AND b.id OPERATOR(pg_catalog.=) $2

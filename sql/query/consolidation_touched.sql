-- Digests of the rows as the run left them.
UPDATE engram.consolidation_touch t
SET after_hash = pg_catalog.sha256(pg_catalog.convert_to((CASE t.what
    WHEN 'memory' THEN
        (SELECT pg_catalog.to_jsonb(m) OPERATOR(pg_catalog.-) 'changed' FROM engram.memory m
         WHERE m.space OPERATOR(pg_catalog.=) t.space AND m.id OPERATOR(pg_catalog.=) t.id)
    WHEN 'belief' THEN
        (SELECT pg_catalog.to_jsonb(b) FROM engram.belief b
         WHERE b.space OPERATOR(pg_catalog.=) t.space AND b.id OPERATOR(pg_catalog.=) t.id)
    WHEN 'citation' THEN
        (SELECT pg_catalog.to_jsonb(c) FROM engram.citation c
         WHERE c.space OPERATOR(pg_catalog.=) t.space AND c.belief OPERATOR(pg_catalog.=) t.id
           AND c.evidence OPERATOR(pg_catalog.=) t.other)
    WHEN 'lineage' THEN
        (SELECT pg_catalog.to_jsonb(l) FROM engram.lineage l
         WHERE l.space OPERATOR(pg_catalog.=) t.space AND l.child OPERATOR(pg_catalog.=) t.id
           AND l.parent OPERATOR(pg_catalog.=) t.other AND l.run OPERATOR(pg_catalog.=) t.run)
    END)::pg_catalog.text, 'UTF8'))
WHERE t.space OPERATOR(pg_catalog.=) $1 AND t.run OPERATOR(pg_catalog.=) $2

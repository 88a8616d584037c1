-- Memories before a run changes them.
INSERT INTO engram.consolidation_touch (space, run, entry, what, id, before)
SELECT $1, $2, $3 OPERATOR(pg_catalog.+) t.at::pg_catalog.int4, 'memory', t.id,
       (SELECT pg_catalog.to_jsonb(m) OPERATOR(pg_catalog.-) 'changed'
        FROM engram.memory m WHERE m.space OPERATOR(pg_catalog.=) $1 AND m.id OPERATOR(pg_catalog.=) t.id)
FROM pg_catalog.unnest($4::pg_catalog.uuid[]) WITH ORDINALITY AS t(id, at)

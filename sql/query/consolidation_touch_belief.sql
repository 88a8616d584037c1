-- What is known of beliefs before a run changes it.
INSERT INTO engram.consolidation_touch (space, run, entry, what, id, before)
SELECT $1, $2, $3 OPERATOR(pg_catalog.+) t.at::pg_catalog.int4, 'belief', t.id,
       (SELECT pg_catalog.to_jsonb(b)
        FROM engram.belief b WHERE b.space OPERATOR(pg_catalog.=) $1 AND b.id OPERATOR(pg_catalog.=) t.id)
FROM pg_catalog.unnest($4::pg_catalog.uuid[]) WITH ORDINALITY AS t(id, at)

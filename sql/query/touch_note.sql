-- Rows as they are before a run changes them; what is noted already stays.
INSERT INTO engram.consolidation_touch (space, run, entry, what, id, other, before)
SELECT $1, $2,
       (COALESCE((SELECT pg_catalog.max(t.entry) FROM engram.consolidation_touch t
                  WHERE t.space OPERATOR(pg_catalog.=) $1 AND t.run OPERATOR(pg_catalog.=) $2), 0)
        OPERATOR(pg_catalog.+) pg_catalog.row_number() OVER (ORDER BY u.n))::pg_catalog.int4,
       $3, u.id, u.other, engram.touched_row($1, $3, u.id, u.other)
FROM ROWS FROM (pg_catalog.unnest($4), pg_catalog.unnest($5)) WITH ORDINALITY AS u(id, other, n)
WHERE NOT EXISTS (SELECT FROM engram.consolidation_touch t
                  WHERE t.space OPERATOR(pg_catalog.=) $1 AND t.run OPERATOR(pg_catalog.=) $2
                    AND t.what OPERATOR(pg_catalog.=) $3 AND t.id OPERATOR(pg_catalog.=) u.id
                    AND COALESCE(t.other OPERATOR(pg_catalog.=) u.other, u.other IS NULL))

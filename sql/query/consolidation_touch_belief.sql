-- What is known of beliefs before a run changes it; what is kept already stays.
INSERT INTO engram.consolidation_touch (space, run, entry, what, id, before)
SELECT $1, $2, $3 OPERATOR(pg_catalog.+) t.at::pg_catalog.int4, 'belief', t.id, engram.touched_row($1, 'belief', t.id, NULL)
FROM pg_catalog.unnest($4::pg_catalog.uuid[]) WITH ORDINALITY AS t(id, at)
WHERE NOT EXISTS (SELECT FROM engram.consolidation_touch k
                  WHERE k.space OPERATOR(pg_catalog.=) $1 AND k.run OPERATOR(pg_catalog.=) $2
                    AND k.what OPERATOR(pg_catalog.=) 'belief' AND k.id OPERATOR(pg_catalog.=) t.id)

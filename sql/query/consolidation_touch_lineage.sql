-- Lineages before a run adds to them; what is kept already stays.
INSERT INTO engram.consolidation_touch (space, run, entry, what, id, other, before)
SELECT $1, $2, $3 OPERATOR(pg_catalog.+) t.at::pg_catalog.int4, 'lineage', t.id, t.other, engram.touched_row($1, 'lineage', t.id, t.other)
FROM ROWS FROM (pg_catalog.unnest($4::pg_catalog.uuid[]), pg_catalog.unnest($5::pg_catalog.uuid[])) WITH ORDINALITY AS t(id, other, at)
WHERE NOT EXISTS (SELECT FROM engram.consolidation_touch k
                  WHERE k.space OPERATOR(pg_catalog.=) $1 AND k.run OPERATOR(pg_catalog.=) $2
                    AND k.what OPERATOR(pg_catalog.=) 'lineage' AND k.id OPERATOR(pg_catalog.=) t.id
                    AND k.other OPERATOR(pg_catalog.=) t.other)

-- Lineages that a run adds.
INSERT INTO engram.consolidation_touch (space, run, entry, what, id, other)
SELECT $1, $2, $3 OPERATOR(pg_catalog.+) t.at::pg_catalog.int4, 'lineage', t.id, t.other
FROM ROWS FROM (pg_catalog.unnest($4::pg_catalog.uuid[]), pg_catalog.unnest($5::pg_catalog.uuid[])) WITH ORDINALITY AS t(id, other, at)

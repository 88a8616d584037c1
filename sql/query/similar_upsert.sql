-- A memory that has gone meanwhile, at either end, is left out.
WITH here AS MATERIALIZED (
    SELECT id FROM engram.memory
    WHERE space OPERATOR(pg_catalog.=) $1 AND id OPERATOR(pg_catalog.=) ANY ($3 OPERATOR(pg_catalog.||) $2)
      AND superseded_by IS NULL AND suppressed_at IS NULL
    ORDER BY id FOR KEY SHARE
)
INSERT INTO engram.association AS a (space, source, target, kind, weight, origin)
SELECT $1, $2, m.id, 'semantic', n.weight, 'similarity'
FROM here m
JOIN ROWS FROM (pg_catalog.unnest($3), pg_catalog.unnest($4)) AS n(id, weight) ON n.id OPERATOR(pg_catalog.=) m.id
WHERE EXISTS (SELECT FROM here h WHERE h.id OPERATOR(pg_catalog.=) $2)
ON CONFLICT (space, source, target, kind) DO UPDATE SET weight = excluded.weight
WHERE a.origin OPERATOR(pg_catalog.=) 'similarity' AND a.weight OPERATOR(pg_catalog.<>) excluded.weight

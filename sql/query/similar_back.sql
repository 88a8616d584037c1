-- A memory that is new to others: it enters the list of each one that has fewer than $5 better neighbours. One that has gone
-- meanwhile, at either end, is left out.
WITH here AS MATERIALIZED (
    SELECT id FROM engram.memory
    WHERE space OPERATOR(pg_catalog.=) $1 AND id OPERATOR(pg_catalog.=) ANY ($3 OPERATOR(pg_catalog.||) $2)
      AND superseded_by IS NULL AND suppressed_at IS NULL
    ORDER BY id FOR KEY SHARE
)
INSERT INTO engram.association AS a (space, source, target, kind, weight, origin)
SELECT $1, m.id, $2, 'semantic', n.weight, 'similarity'
FROM here m
JOIN ROWS FROM (pg_catalog.unnest($3), pg_catalog.unnest($4)) AS n(id, weight) ON n.id OPERATOR(pg_catalog.=) m.id
WHERE EXISTS (SELECT FROM here h WHERE h.id OPERATOR(pg_catalog.=) $2)
  AND (SELECT pg_catalog.count(*) FROM engram.association b
       WHERE b.space OPERATOR(pg_catalog.=) $1 AND b.source OPERATOR(pg_catalog.=) m.id
         AND b.origin OPERATOR(pg_catalog.=) 'similarity' AND b.target OPERATOR(pg_catalog.<>) $2
         AND (b.weight OPERATOR(pg_catalog.>) n.weight
              OR b.weight OPERATOR(pg_catalog.=) n.weight AND b.target OPERATOR(pg_catalog.<) $2)) OPERATOR(pg_catalog.<) $5
ON CONFLICT (space, source, target, kind) DO UPDATE SET weight = excluded.weight
WHERE a.origin OPERATOR(pg_catalog.=) 'similarity' AND a.weight OPERATOR(pg_catalog.<>) excluded.weight

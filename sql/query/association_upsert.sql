INSERT INTO engram.association AS a (space, source, target, kind, weight)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (space, source, target, kind)
DO UPDATE SET weight = excluded.weight, origin = 'explicit'
WHERE a.weight OPERATOR(pg_catalog.<>) excluded.weight OR a.origin OPERATOR(pg_catalog.<>) 'explicit'

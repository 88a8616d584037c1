INSERT INTO engram.association AS a (space, source, target, kind, weight, origin)
SELECT $1, $2, m.id, 'semantic', n.weight, 'similarity'
FROM (SELECT id FROM engram.memory
      WHERE space OPERATOR(pg_catalog.=) $1 AND id OPERATOR(pg_catalog.=) ANY ($3)
        AND superseded_by IS NULL AND suppressed_at IS NULL
      ORDER BY id FOR KEY SHARE) AS m
JOIN ROWS FROM (pg_catalog.unnest($3), pg_catalog.unnest($4)) AS n(id, weight) ON n.id OPERATOR(pg_catalog.=) m.id
ON CONFLICT (space, source, target, kind) DO UPDATE SET weight = excluded.weight
WHERE a.origin OPERATOR(pg_catalog.=) 'similarity' AND a.weight OPERATOR(pg_catalog.<>) excluded.weight

-- Memories that were recalled together: each of them leads to each other one, more than before. One that somebody is deleting is
-- left out, so that no deletion ever waits for one who waits for it.
WITH here AS MATERIALIZED (
    SELECT id FROM engram.memory
    WHERE space OPERATOR(pg_catalog.=) $1 AND id OPERATOR(pg_catalog.=) ANY ($2)
      AND superseded_by IS NULL AND suppressed_at IS NULL
    ORDER BY id FOR KEY SHARE SKIP LOCKED
)
INSERT INTO engram.association AS a (space, source, target, kind, weight, origin)
SELECT $1, s.id, t.id, 'semantic', least($3, $4), 'co-recall'
FROM here s, here t
WHERE s.id OPERATOR(pg_catalog.<>) t.id
ORDER BY s.id, t.id
ON CONFLICT (space, source, target, kind) DO UPDATE
SET weight = least($4, a.weight OPERATOR(pg_catalog.+)
                       ($3 OPERATOR(pg_catalog.*) (1::pg_catalog.float4 OPERATOR(pg_catalog.-) a.weight)))
WHERE a.origin OPERATOR(pg_catalog.=) 'co-recall' AND a.weight OPERATOR(pg_catalog.<) $4

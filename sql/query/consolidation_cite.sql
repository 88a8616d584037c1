-- The citations of a belief: those in the arrays, and no others.
WITH wanted AS (
    SELECT * FROM ROWS FROM (pg_catalog.unnest($3::pg_catalog.uuid[]), pg_catalog.unnest($4::pg_catalog.bool[]),
                             pg_catalog.unnest($5::pg_catalog.float4[]), pg_catalog.unnest($6::pg_catalog.timestamptz[]))
        AS w(evidence, supports, weight, occurred_at)
), gone AS (
    DELETE FROM engram.citation c
    WHERE c.space OPERATOR(pg_catalog.=) $1 AND c.belief OPERATOR(pg_catalog.=) $2
      AND NOT EXISTS (SELECT FROM wanted w WHERE w.evidence OPERATOR(pg_catalog.=) c.evidence)
)
INSERT INTO engram.citation AS c (space, belief, evidence, supports, weight, occurred_at)
SELECT $1, $2, w.evidence, w.supports, w.weight, w.occurred_at FROM wanted w
ON CONFLICT (space, belief, evidence) DO UPDATE
SET supports = EXCLUDED.supports, weight = EXCLUDED.weight, occurred_at = EXCLUDED.occurred_at
WHERE (c.supports, c.weight, c.occurred_at) IS DISTINCT FROM (EXCLUDED.supports, EXCLUDED.weight, EXCLUDED.occurred_at)

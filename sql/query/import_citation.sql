INSERT INTO engram.citation (space, belief, evidence, supports, weight, created_at, occurred_at)
SELECT $1, r.belief, r.evidence, r.supports, r.weight, coalesce(r.created_at, pg_catalog.now()), r.occurred_at
FROM pg_catalog.json_populate_record(NULL::engram.citation, $2::pg_catalog.json) AS r
ON CONFLICT (space, belief, evidence) DO NOTHING

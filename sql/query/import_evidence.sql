-- A memory that spoke and did not come along leaves what it said.
INSERT INTO engram.evidence (space, id, entry, supports, weight, source, source_key, "by", given_by, given_at, withdrawn_at)
SELECT $1, r.id, r.entry, r.supports, r.weight, r.source, r.source_key,
       (SELECT m.id FROM engram.memory m WHERE m.space OPERATOR(pg_catalog.=) $1 AND m.id OPERATOR(pg_catalog.=) r."by"),
       r.given_by, r.given_at, r.withdrawn_at
FROM pg_catalog.json_populate_record(NULL::engram.evidence, $2::pg_catalog.json) AS r
ON CONFLICT DO NOTHING

INSERT INTO engram.feedback (space, id, entry, useful, given_by, given_at, confidence)
SELECT $1, r.id, r.entry, r.useful, r.given_by, r.given_at, r.confidence
FROM pg_catalog.json_populate_record(NULL::engram.feedback, $2::pg_catalog.json) AS r
ON CONFLICT (space, id, entry) DO NOTHING

-- The catalog of version 0.3.0 has no column confidence.
SELECT pg_catalog.row_to_json(x)::pg_catalog.text
FROM (SELECT 'feedback' AS type, f.space, f.id, f.entry, f.useful, f.given_by, f.given_at,
             pg_catalog.to_jsonb(f) OPERATOR(pg_catalog.->) 'confidence' AS confidence
      FROM engram.feedback f
      WHERE f.space OPERATOR(pg_catalog.=) $1
      ORDER BY f.id, f.entry) AS x

SELECT pg_catalog.row_to_json(x)::pg_catalog.text
FROM (SELECT 'belief' AS type, b.space, b.id, b.state, b.label, b.founded_by, b.regularity, b.cohesion, b.first_at, b.last_at,
             b.count, b.retired_at, b.contradicts, b.conflicts, b.written, b.evidence_for, b.evidence_against
      FROM engram.belief b
      WHERE b.space OPERATOR(pg_catalog.=) $1
      ORDER BY b.id) AS x

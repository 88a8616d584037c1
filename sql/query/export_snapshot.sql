SELECT pg_catalog.row_to_json(x)::pg_catalog.text
FROM (SELECT 'snapshot' AS type, s.space, s.run, s.belief, s.content, s.label, s.evidence_for, s.evidence_against, s.citations,
             s.first_at, s.last_at, s.version, s.until, s.regularity, s.contradicts, s.parents
      FROM engram.consolidation_snapshot s
      WHERE s.space OPERATOR(pg_catalog.=) $1
      ORDER BY s.run, s.belief) AS x

SELECT pg_catalog.row_to_json(x)::pg_catalog.text
FROM (SELECT 'supersession' AS type, s.space, s.entry, s.old_id, s.new_id, s.at, s.ended, s.began, s.made, s.made_at, s.made_by, s.undone_at, s.undone_by
      FROM engram.supersession s
      WHERE s.space OPERATOR(pg_catalog.=) $1
      ORDER BY s.entry) AS x

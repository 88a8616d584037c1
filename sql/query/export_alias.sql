SELECT pg_catalog.row_to_json(x)::pg_catalog.text
FROM (SELECT 'alias' AS type, a.space, a.alias, a.cue, a.created_at
      FROM engram.cue_alias a
      WHERE a.space OPERATOR(pg_catalog.=) $1
      ORDER BY a.alias COLLATE "C") AS x

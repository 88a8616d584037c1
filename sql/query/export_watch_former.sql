SELECT pg_catalog.row_to_json(x)::pg_catalog.text
FROM (SELECT 'watch' AS type, w.space, w.watch, w.cue, w.embedding::pg_catalog.text::pg_catalog.json AS embedding, w.filter, w.threshold, w.channel,
             w.created_at
      FROM engram.watch w
      WHERE w.space OPERATOR(pg_catalog.=) $1
      ORDER BY w.watch) AS x

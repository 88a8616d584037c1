-- What a batch looks like before it is stored, in one pass. Positions count from 1.
SELECT pg_catalog.jsonb_typeof($1) AS type,
       pg_catalog.min(m.position) FILTER (WHERE NOT m.object) AS no_object,
       pg_catalog.min(m.position) FILTER (WHERE m.no_confidence) AS no_confidence,
       pg_catalog.min(m.position) FILTER (WHERE m.stranger IS NOT NULL) AS stranger_position,
       (pg_catalog.array_agg(m.stranger ORDER BY m.position) FILTER (WHERE m.stranger IS NOT NULL))[1] AS stranger,
       coalesce(pg_catalog.bool_or(m.id IS NOT NULL), false) AS ids,
       coalesce(pg_catalog.array_agg(DISTINCT m.space), '{}') AS spaces
FROM (SELECT e.ordinality AS position,
             pg_catalog.jsonb_typeof(e.value) OPERATOR(pg_catalog.=) 'object' AS object,
             pg_catalog.jsonb_typeof(e.value OPERATOR(pg_catalog.->) 'confidence') OPERATOR(pg_catalog.=) 'number'
                 AND ((e.value OPERATOR(pg_catalog.->) 'confidence') OPERATOR(pg_catalog.<) '0'
                      OR (e.value OPERATOR(pg_catalog.->) 'confidence') OPERATOR(pg_catalog.>) '1') AS no_confidence,
             (SELECT pg_catalog.min(k.key)
              FROM pg_catalog.jsonb_object_keys(
                       CASE pg_catalog.jsonb_typeof(e.value) WHEN 'object' THEN e.value ELSE '{}' END) AS k(key)
              WHERE k.key OPERATOR(pg_catalog.<>) ALL (
                        ARRAY['content', 'embedding', 'space', 'context', 'cues', 'kind', 'confidence',
                              'occurred_at', 'source', 'metadata', 'id', 'on_duplicate'])) AS stranger,
             e.value OPERATOR(pg_catalog.->>) 'id' AS id,
             coalesce(e.value OPERATOR(pg_catalog.->>) 'space', $2) AS space
      FROM pg_catalog.jsonb_array_elements(
               CASE pg_catalog.jsonb_typeof($1) WHEN 'array' THEN $1 ELSE '[]' END)
           WITH ORDINALITY AS e(value, ordinality)) AS m

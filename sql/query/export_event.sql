SELECT pg_catalog.row_to_json(x)::pg_catalog.text
FROM (SELECT 'event' AS type, e.space, e.event, e.belief, e.run, e.at, e.kind, e.confidence_before, e.confidence_after,
             e.confidence_delta, e.citation_delta, e.novelty, e.version
      FROM engram.belief_event e
      WHERE e.space OPERATOR(pg_catalog.=) $1
      ORDER BY e.event) AS x

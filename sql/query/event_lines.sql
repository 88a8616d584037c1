-- As lines of an export, in the order in which they were written.
SELECT pg_catalog.row_to_json(x)::pg_catalog.text
FROM (SELECT 'event' AS type, e.space, e.event, e.belief, e.run, e.at, e.kind, e.confidence_before, e.confidence_after,
             e.confidence_delta, e.citation_delta, e.novelty, e.version
      FROM engram.belief_event e
      WHERE e.space OPERATOR(pg_catalog.=) $1
        AND (e.at OPERATOR(pg_catalog.>=) $2 OR $2 IS NULL)
        AND (e.event OPERATOR(pg_catalog.>) $3 OR $3 IS NULL)
      ORDER BY e.event
      LIMIT $4) AS x

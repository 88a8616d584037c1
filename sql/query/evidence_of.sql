-- How many sources count for and against memories, as far as the caller may see them; $3 is when, null for now.
SELECT e.id, pg_catalog.count(*) FILTER (WHERE e.supports), pg_catalog.count(*) FILTER (WHERE NOT e.supports)
FROM engram.evidence e
WHERE e.space OPERATOR(pg_catalog.=) $1 AND e.id OPERATOR(pg_catalog.=) ANY ($2)
  AND ($3 IS NULL OR e.given_at OPERATOR(pg_catalog.<=) $3)
  AND (e.withdrawn_at IS NULL OR e.withdrawn_at OPERATOR(pg_catalog.>) $3)
GROUP BY e.id

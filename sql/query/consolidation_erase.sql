-- Nor in what is kept of its past, and of the beliefs that it contradicts: former versions, former snapshots, what runs have touched.
-- A run that touched it cannot be undone any more: the belief is another since.
WITH versions AS (
    DELETE FROM engram.memory_history h WHERE h.space OPERATOR(pg_catalog.=) $1 AND h.id OPERATOR(pg_catalog.=) $2
), published AS (
    DELETE FROM engram.consolidation_snapshot s
    WHERE s.space OPERATOR(pg_catalog.=) $1 AND s.belief OPERATOR(pg_catalog.=) $2 AND s.until IS NOT NULL
), touched AS (
    UPDATE engram.consolidation_touch t SET before = '{}'
    WHERE t.space OPERATOR(pg_catalog.=) $1 AND t.id OPERATOR(pg_catalog.=) $2 AND t.before IS NOT NULL
      AND t.what OPERATOR(pg_catalog.=) ANY (ARRAY['memory', 'belief'])
), opposed AS (
    UPDATE engram.consolidation_touch t SET before = pg_catalog.jsonb_set(t.before, '{conflicts}', '[]')
    WHERE t.space OPERATOR(pg_catalog.=) $1 AND t.what OPERATOR(pg_catalog.=) 'belief' AND t.id OPERATOR(pg_catalog.<>) $2
      AND t.before OPERATOR(pg_catalog.->) 'contradicts' OPERATOR(pg_catalog.?) $2::pg_catalog.text
)
UPDATE engram.belief b SET conflicts = '[]'
WHERE b.space OPERATOR(pg_catalog.=) $1 AND b.id OPERATOR(pg_catalog.<>) $2
  AND b.conflicts OPERATOR(pg_catalog.<>) '[]' AND $2 OPERATOR(pg_catalog.=) ANY (b.contradicts)

-- What others have attached to memories that the run made, and would lose with them. What is learned by itself is no reason to keep them.
WITH made (id) AS (
    SELECT t.id FROM engram.consolidation_touch t
    WHERE t.space OPERATOR(pg_catalog.=) $1 AND t.run OPERATOR(pg_catalog.=) $2
      AND t.what OPERATOR(pg_catalog.=) 'memory' AND t.before IS NULL
)
SELECT 'association' AS what, a.source AS id, a.target AS other
FROM engram.association a
WHERE a.space OPERATOR(pg_catalog.=) $1 AND a.origin OPERATOR(pg_catalog.=) 'explicit'
  AND (a.source OPERATOR(pg_catalog.=) ANY (SELECT made.id FROM made)
       OR a.target OPERATOR(pg_catalog.=) ANY (SELECT made.id FROM made))
UNION ALL
SELECT 'evidence', e.id, e."by"
FROM engram.evidence e
WHERE e.space OPERATOR(pg_catalog.=) $1
  AND (e.id OPERATOR(pg_catalog.=) ANY (SELECT made.id FROM made)
       OR e."by" OPERATOR(pg_catalog.=) ANY (SELECT made.id FROM made))
UNION ALL
SELECT 'supersession', s.old_id, s.new_id
FROM engram.supersession s
WHERE s.space OPERATOR(pg_catalog.=) $1 AND s.undone_at IS NULL
  AND s.new_id OPERATOR(pg_catalog.=) ANY (SELECT made.id FROM made)
  AND NOT s.old_id OPERATOR(pg_catalog.=) ANY (
      SELECT t.id FROM engram.consolidation_touch t
      WHERE t.space OPERATOR(pg_catalog.=) $1 AND t.run OPERATOR(pg_catalog.=) $2
        AND t.what OPERATOR(pg_catalog.=) 'memory')
UNION ALL
SELECT 'version', h.id, NULL
FROM engram.memory_history h
WHERE h.space OPERATOR(pg_catalog.=) $1 AND h.id OPERATOR(pg_catalog.=) ANY (SELECT made.id FROM made)
ORDER BY what, id, other

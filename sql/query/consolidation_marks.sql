-- Pairs of memories of which somebody has said by engram_contradict that one speaks against the other.
SELECT e.id, e."by"
FROM engram.evidence e
WHERE e.space OPERATOR(pg_catalog.=) $1
  AND NOT e.supports AND e.withdrawn_at IS NULL AND e."by" IS NOT NULL
ORDER BY e.id, e."by"

-- Those with most memories first, $2 of them at most; $1 is the only one, or null. The last column says how many there are.
SELECT s.space, t.state, COALESCE(t.resident, 0), COALESCE(t.warm, 0), COALESCE(t.cold, 0), COALESCE(t.edges, 0),
       COALESCE(t.cues, 0), COALESCE(t.bytes, 0), pg_catalog.count(*) OVER ()
FROM engram.space s
LEFT JOIN engram.stat_tier t ON t.space OPERATOR(pg_catalog.=) s.space
WHERE $1 IS NULL OR s.space OPERATOR(pg_catalog.=) $1
ORDER BY COALESCE(t.memories, 0) DESC, s.space
LIMIT $2

-- Consolidation of the spaces that the caller may see; $1 is the only one, or null.
SELECT h.space, h.health, h.reason, h.remedy, pg_catalog.date_part('epoch', h.age), h.freshness_seconds::pg_catalog.float8,
       h.novelty::pg_catalog.float8, h.paused
FROM engram.consolidation_health h
WHERE $1 IS NULL OR h.space OPERATOR(pg_catalog.=) $1
ORDER BY h.space

INSERT INTO engram.consolidation (space, paused) VALUES ($1, $2)
ON CONFLICT (space) DO UPDATE SET paused = EXCLUDED.paused
WHERE consolidation.paused OPERATOR(pg_catalog.<>) EXCLUDED.paused

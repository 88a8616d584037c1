-- The trigger moves content and embedding. A row that somebody is changing is left alone.
UPDATE engram.memory m SET cold = true
WHERE m.space OPERATOR(pg_catalog.=) $1
  AND m.id OPERATOR(pg_catalog.=) ANY (ARRAY(
          SELECT l.id FROM engram.memory l
          WHERE l.space OPERATOR(pg_catalog.=) $1 AND l.id OPERATOR(pg_catalog.=) ANY ($2) AND NOT l.cold AND NOT l.pinned
          ORDER BY l.id FOR NO KEY UPDATE SKIP LOCKED))

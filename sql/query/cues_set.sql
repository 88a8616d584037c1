-- A row that somebody is changing is left alone: it names its cues itself when it is written.
UPDATE engram.memory m SET cues = $3
WHERE m.space OPERATOR(pg_catalog.=) $1
  AND m.id OPERATOR(pg_catalog.=) (
          SELECT l.id FROM engram.memory l
          WHERE l.space OPERATOR(pg_catalog.=) $1 AND l.id OPERATOR(pg_catalog.=) $2 AND l.cues OPERATOR(pg_catalog.=) $4
          FOR UPDATE SKIP LOCKED)

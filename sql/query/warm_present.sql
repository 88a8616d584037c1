-- Rows of engram.warm for these memories, and whether each is of the version that is there now.
SELECT w.id, w.changed, m.id IS NOT NULL
FROM engram.warm w
LEFT JOIN engram.memory m
       ON m.space OPERATOR(pg_catalog.=) w.space AND m.id OPERATOR(pg_catalog.=) w.id
      AND m.changed OPERATOR(pg_catalog.=) w.changed
WHERE w.space OPERATOR(pg_catalog.=) $1 AND w.id OPERATOR(pg_catalog.=) ANY ($2)

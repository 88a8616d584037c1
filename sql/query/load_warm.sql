SELECT w.id
FROM engram.warm w
JOIN engram.memory m
  ON m.space OPERATOR(pg_catalog.=) w.space AND m.id OPERATOR(pg_catalog.=) w.id
 AND m.changed OPERATOR(pg_catalog.=) w.changed
WHERE w.space OPERATOR(pg_catalog.=) $1

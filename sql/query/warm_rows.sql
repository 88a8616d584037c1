SELECT m.id, m.changed, m.embedding, w.terms, w.frequencies, w.length, m.encoder
FROM engram.memory m
JOIN engram.warm w
  ON w.space OPERATOR(pg_catalog.=) m.space AND w.id OPERATOR(pg_catalog.=) m.id
 AND w.changed OPERATOR(pg_catalog.=) m.changed
WHERE m.space OPERATOR(pg_catalog.=) $1 AND m.id OPERATOR(pg_catalog.=) ANY ($2)

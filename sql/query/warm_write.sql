INSERT INTO engram.warm (space, id, changed, embedding, terms, frequencies, length)
SELECT m.space, m.id, m.changed, {vector}.l2_normalize(m.embedding)::{vector}.halfvec, $4, $5, $6
FROM engram.memory m
WHERE m.space OPERATOR(pg_catalog.=) $1 AND m.id OPERATOR(pg_catalog.=) $2 AND m.changed OPERATOR(pg_catalog.=) $3
  AND m.content OPERATOR(pg_catalog.<>) ''
ON CONFLICT (space, id) DO NOTHING

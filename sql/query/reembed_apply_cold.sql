UPDATE engram.cold c
SET embedding = r.embedding
FROM engram.reembedded r, engram.memory m
WHERE r.space OPERATOR(pg_catalog.=) $1
  AND c.space OPERATOR(pg_catalog.=) $1 AND c.id OPERATOR(pg_catalog.=) r.id
  AND m.space OPERATOR(pg_catalog.=) $1 AND m.id OPERATOR(pg_catalog.=) r.id
  AND m.encoder IS DISTINCT FROM $2
  AND r.digest OPERATOR(pg_catalog.=) pg_catalog.md5(c.content)::pg_catalog.uuid

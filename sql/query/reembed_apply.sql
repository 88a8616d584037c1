-- Memories that have an embedding of the new encoder for their present content get it. Of one in the cold tier the tier has it.
UPDATE engram.memory m
SET embedding = CASE WHEN n.cold THEN NULL ELSE n.embedding END,
    encoder = CASE WHEN n.embedding IS NOT NULL THEN $2 END
FROM (SELECT r.id, r.digest, r.embedding, c.content, c.id IS NOT NULL AS cold
      FROM engram.reembedded r
      LEFT JOIN engram.cold c ON c.space OPERATOR(pg_catalog.=) r.space AND c.id OPERATOR(pg_catalog.=) r.id
      WHERE r.space OPERATOR(pg_catalog.=) $1) AS n
WHERE m.space OPERATOR(pg_catalog.=) $1 AND m.id OPERATOR(pg_catalog.=) n.id
  AND m.encoder IS DISTINCT FROM $2
  AND (n.embedding IS NOT NULL OR m.embedding IS NOT NULL OR n.cold)
  AND n.digest OPERATOR(pg_catalog.=) pg_catalog.md5(coalesce(n.content, m.content))::pg_catalog.uuid

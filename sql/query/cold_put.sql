-- What a publisher has sent before is there already.
INSERT INTO engram.cold AS c (space, id, content, embedding) VALUES ($1, $2, $3, $4)
ON CONFLICT (space, id) DO UPDATE SET content = excluded.content, embedding = excluded.embedding
WHERE c.content OPERATOR(pg_catalog.<>) excluded.content
   OR c.embedding::pg_catalog.text IS DISTINCT FROM excluded.embedding::pg_catalog.text

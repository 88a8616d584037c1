-- Blank content stands for a memory in the cold tier. The start of a content is enough for a picture.
SELECT m.id,
       pg_catalog."left"(CASE WHEN m.content OPERATOR(pg_catalog.=) '' THEN
           (SELECT c.content FROM engram.cold c
            WHERE c.space OPERATOR(pg_catalog.=) m.space AND c.id OPERATOR(pg_catalog.=) m.id)
       ELSE m.content END, 600),
       m.kind, m.cues
FROM engram.memory m
WHERE m.space OPERATOR(pg_catalog.=) $1
  AND m.id OPERATOR(pg_catalog.=) ANY ($2)
  AND m.superseded_by IS NULL AND m.suppressed_at IS NULL

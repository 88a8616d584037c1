-- Those of the memories $2 that fulfil the conditions which engram_recall has no argument for. Blank content stands for a memory in the
-- cold tier.
SELECT m.id
FROM engram.memory m
WHERE m.space OPERATOR(pg_catalog.=) $1
  AND m.id OPERATOR(pg_catalog.=) ANY ($2)
  AND ($3 IS NULL OR m.source OPERATOR(pg_catalog.=) $3)
  AND ($4 IS NULL OR m.created_at OPERATOR(pg_catalog.>=) $4)
  AND ($5 IS NULL OR m.created_at OPERATOR(pg_catalog.<) $5)
  AND ($6 IS NULL OR NOT EXISTS (
      SELECT FROM pg_catalog.unnest($6) AS wanted (cue)
      WHERE NOT (m.cues OPERATOR(pg_catalog.&&) ARRAY[wanted.cue, 'about:' OPERATOR(pg_catalog.||) wanted.cue])))
  AND ($7 IS NULL OR NOT EXISTS (
      SELECT FROM pg_catalog.unnest($7) AS wanted (part)
      WHERE pg_catalog.strpos(
          pg_catalog.lower(CASE WHEN m.content OPERATOR(pg_catalog.=) '' THEN
              coalesce((SELECT c.content FROM engram.cold c
                        WHERE c.space OPERATOR(pg_catalog.=) m.space AND c.id OPERATOR(pg_catalog.=) m.id), '')
          ELSE m.content END),
          pg_catalog.lower(wanted.part)) OPERATOR(pg_catalog.=) 0))

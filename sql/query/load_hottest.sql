-- The memories to be resident where not all can be: pinned ones, those that did not have to leave, then those of use last. Cold ones have no content.
SELECT m.id
FROM engram.memory m
LEFT JOIN engram.warm w
       ON w.space OPERATOR(pg_catalog.=) m.space AND w.id OPERATOR(pg_catalog.=) m.id
      AND w.changed OPERATOR(pg_catalog.=) m.changed
LEFT JOIN engram.trace t
       ON t.space OPERATOR(pg_catalog.=) m.space AND t.id OPERATOR(pg_catalog.=) m.id
WHERE m.space OPERATOR(pg_catalog.=) $1 AND m.superseded_by IS NULL AND m.suppressed_at IS NULL
  AND m.content OPERATOR(pg_catalog.<>) ''
ORDER BY m.pinned DESC, w.id IS NOT NULL, COALESCE(t.last_recalled_at, m.created_at) DESC NULLS LAST, m.id
LIMIT $2

-- Some memory of a space that the caller may see.
SELECT m.id
FROM engram.memory m
WHERE m.space OPERATOR(pg_catalog.=) $1
  AND m.superseded_by IS NULL AND m.suppressed_at IS NULL
ORDER BY m.space, m.id DESC
LIMIT 1

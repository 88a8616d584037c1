-- Replacements that the run made hold no longer; their entries stay.
UPDATE engram.supersession s
SET undone_at = $3, undone_by = pg_catalog.pg_get_userbyid($4)
FROM engram.consolidation_touch t
JOIN engram.memory m ON m.space OPERATOR(pg_catalog.=) t.space AND m.id OPERATOR(pg_catalog.=) t.id
WHERE t.space OPERATOR(pg_catalog.=) $1 AND t.run OPERATOR(pg_catalog.=) $2
  AND t.what OPERATOR(pg_catalog.=) 'memory'
  AND m.superseded_by IS NOT NULL
  AND COALESCE(t.before OPERATOR(pg_catalog.->>) 'superseded_by', '') OPERATOR(pg_catalog.<>) m.superseded_by::pg_catalog.text
  AND s.space OPERATOR(pg_catalog.=) $1 AND s.old_id OPERATOR(pg_catalog.=) t.id
  AND s.new_id OPERATOR(pg_catalog.=) m.superseded_by AND s.undone_at IS NULL

-- Memories that were written to a space while it was dropped must not show to the next owner of its name.
SELECT true
WHERE EXISTS (SELECT FROM engram.memory m WHERE m.space OPERATOR(pg_catalog.=) $1)
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.oid OPERATOR(pg_catalog.=) $2 AND r.rolsuper)

SELECT s.dimensions, s.language, s.owner_role, s.writer_roles, s.reader_roles
FROM engram.space s
WHERE s.space OPERATOR(pg_catalog.=) $1

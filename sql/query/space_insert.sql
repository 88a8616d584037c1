INSERT INTO engram.space (space, dimensions, language, owner_role, reader_roles, writer_roles, encoder)
VALUES ($1, $2, $3, coalesce($4::pg_catalog.name, pg_catalog.pg_get_userbyid($7)), $5::pg_catalog.name[], $6::pg_catalog.name[], $8)
ON CONFLICT (space) DO NOTHING

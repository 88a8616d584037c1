UPDATE engram.space
SET dimensions = coalesce($2, dimensions),
    language = coalesce($3, language),
    encoder = coalesce($7, encoder),
    owner_role = coalesce($4::pg_catalog.name, owner_role),
    reader_roles = coalesce($5::pg_catalog.name[], reader_roles),
    writer_roles = coalesce($6::pg_catalog.name[], writer_roles),
    settings = settings OPERATOR(pg_catalog.-) 'installed'
WHERE space OPERATOR(pg_catalog.=) $1

SELECT pg_catalog.to_regrole(pg_catalog.quote_ident($1)) IS NOT NULL AS found,
       coalesce(pg_catalog.pg_has_role($2, pg_catalog.to_regrole(pg_catalog.quote_ident($1)), 'MEMBER'), false) AS member,
       coalesce(pg_catalog.pg_has_role($2, pg_catalog.to_regrole('engram_admin'), 'USAGE'), false) AS admin

SELECT r.rolsuper OR r.rolcreatedb OR pg_catalog.pg_has_role(r.oid, d.datdba, 'USAGE')
FROM pg_catalog.pg_roles r, pg_catalog.pg_database d
WHERE r.oid OPERATOR(pg_catalog.=) $1
  AND d.datname OPERATOR(pg_catalog.=) $2::pg_catalog.name

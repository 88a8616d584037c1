SELECT i.indisvalid
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) i.indexrelid
WHERE i.indrelid OPERATOR(pg_catalog.=) 'engram.warm'::pg_catalog.regclass
  AND c.relname OPERATOR(pg_catalog.=) $1

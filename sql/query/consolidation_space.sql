SELECT s.owner_role, s.dimensions, s.encoder, s.language, s.settings::pg_catalog.text,
       -- What decides which rows the owner sees, beside the rows.
       (SELECT pg_catalog.string_agg(pg_catalog.concat_ws(' ', p.oid, p.xmin), ',' ORDER BY p.oid)
        FROM pg_catalog.pg_policy p
        WHERE p.polrelid OPERATOR(pg_catalog.=) 'engram.memory'::pg_catalog.regclass)
FROM engram.space s
WHERE s.space OPERATOR(pg_catalog.=) $1

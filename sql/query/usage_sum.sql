SELECT pg_catalog.count(*),
       pg_catalog.sum(u.memories)::pg_catalog.int8,
       pg_catalog.sum(u.bytes)::pg_catalog.int8,
       pg_catalog.bool_or(u.settles OPERATOR(pg_catalog.<=) pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot()))
FROM engram.usage u
WHERE u.space OPERATOR(pg_catalog.=) $1

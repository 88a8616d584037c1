-- How many rows a space has, and the mean bytes of content and embedding of some of them.
SELECT (SELECT pg_catalog.count(*) FROM engram.memory m WHERE m.space OPERATOR(pg_catalog.=) $1),
       pg_catalog.avg(pg_catalog.octet_length(s.content))::pg_catalog.float4,
       pg_catalog.avg(pg_catalog.pg_column_size(s.embedding))::pg_catalog.float4
FROM (SELECT m.content, m.embedding FROM engram.memory m WHERE m.space OPERATOR(pg_catalog.=) $1 LIMIT 1000) s

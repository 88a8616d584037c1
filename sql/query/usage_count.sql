-- One snapshot for both: changes that it does not see are not in the count, and stay.
WITH gone AS (DELETE FROM engram.usage WHERE space OPERATOR(pg_catalog.=) $1)
INSERT INTO engram.usage (space, entry, memories, bytes, settles)
SELECT $1, $2, pg_catalog.count(*),
       coalesce(pg_catalog.sum(pg_catalog.octet_length(m.content) OPERATOR(pg_catalog.+)
                coalesce(4 OPERATOR(pg_catalog.*) pg_catalog.cardinality(m.embedding::pg_catalog.float4[]), 0)), 0),
       $3
FROM engram.memory m
WHERE m.space OPERATOR(pg_catalog.=) $1

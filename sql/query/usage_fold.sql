-- Changes become one; a count that is not settled stays as it is.
WITH gone AS (
    DELETE FROM engram.usage WHERE space OPERATOR(pg_catalog.=) $1 AND settles IS NULL
    RETURNING memories, bytes
)
INSERT INTO engram.usage (space, entry, memories, bytes)
SELECT $1, $2, pg_catalog.sum(g.memories), pg_catalog.sum(g.bytes)
FROM gone g
HAVING pg_catalog.count(*) OPERATOR(pg_catalog.>) 0

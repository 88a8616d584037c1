-- Null leaves what is set, a negative number takes the limit away.
UPDATE engram.space
SET quota_memories = CASE WHEN $2 OPERATOR(pg_catalog.>=) 0 THEN $2 WHEN $2 IS NULL THEN quota_memories END,
    quota_bytes = CASE WHEN $3 OPERATOR(pg_catalog.>=) 0 THEN $3 WHEN $3 IS NULL THEN quota_bytes END,
    quota_hot_bytes = CASE WHEN $4 OPERATOR(pg_catalog.>=) 0 THEN $4 WHEN $4 IS NULL THEN quota_hot_bytes END
WHERE space OPERATOR(pg_catalog.=) $1

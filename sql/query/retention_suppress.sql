-- What somebody holds, or has changed since it was looked at, stays for the next time.
WITH free AS (
    SELECT m.id FROM engram.memory m
    WHERE m.space OPERATOR(pg_catalog.=) $1 AND m.id OPERATOR(pg_catalog.=) ANY ($2) AND m.changed OPERATOR(pg_catalog.<) $3
      AND NOT m.pinned
    ORDER BY m.id
    FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE engram.memory m SET suppressed_at = pg_catalog.statement_timestamp() FROM free f
WHERE m.space OPERATOR(pg_catalog.=) $1 AND m.id OPERATOR(pg_catalog.=) f.id AND m.suppressed_at IS NULL

-- Nor in what is known of it.
UPDATE engram.belief
SET label = '', conflicts = '[]', written = $3, count = $4,
    state = CASE WHEN $5 THEN 'retired' ELSE state END,
    retired_at = CASE WHEN $5 THEN coalesce(retired_at, pg_catalog.statement_timestamp()) ELSE retired_at END
WHERE space OPERATOR(pg_catalog.=) $1 AND id OPERATOR(pg_catalog.=) $2

SELECT s.quota_hot_bytes FROM engram.space s WHERE s.space OPERATOR(pg_catalog.=) $1

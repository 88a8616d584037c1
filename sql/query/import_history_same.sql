SELECT true FROM engram.memory_history h, pg_catalog.json_populate_record(NULL::engram.memory_history, $2::pg_catalog.json) AS r
WHERE h.space OPERATOR(pg_catalog.=) $1 AND h.id OPERATOR(pg_catalog.=) r.id AND h.version OPERATOR(pg_catalog.=) r.version AND h.content OPERATOR(pg_catalog.=) r.content

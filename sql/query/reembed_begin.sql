INSERT INTO engram.reembedding (space, encoder, dimensions, state, switched, memories, started_by)
SELECT $1, $2, $3, CASE WHEN $4 THEN 'switched' ELSE 'filling' END,
       CASE WHEN $4 THEN pg_catalog.pg_current_xact_id() END,
       (SELECT pg_catalog.count(*) FROM engram.memory m WHERE m.space OPERATOR(pg_catalog.=) $1),
       pg_catalog.pg_get_userbyid($5)
ON CONFLICT (space) DO NOTHING

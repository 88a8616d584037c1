-- The columns are those of decay_histories.sql.
SELECT t.id, NULL, t.profile, t.parameters::pg_catalog.text, t.floor,
       t.recalls, t.recent, t.stability, t.last_room, t.last_weight
FROM engram.trace t
WHERE t.space OPERATOR(pg_catalog.=) $1 AND t.id OPERATOR(pg_catalog.=) ANY ($2)
ORDER BY t.id
FOR NO KEY UPDATE SKIP LOCKED

-- What decides how memories are forgotten: the rules of the space, then what is known of the memories that have a trace.
SELECT NULL::pg_catalog.uuid, d.kind, d.profile, d.parameters::pg_catalog.text, d.floor,
       NULL::pg_catalog.int8, NULL::pg_catalog.timestamptz[], NULL::pg_catalog.float4, NULL::pg_catalog.float4, NULL::pg_catalog.float4
FROM engram.decay d
WHERE d.space OPERATOR(pg_catalog.=) $1
UNION ALL
SELECT t.id, NULL, t.profile, t.parameters::pg_catalog.text, t.floor,
       t.recalls, t.recent, t.stability, t.last_room, t.last_weight
FROM engram.trace t
WHERE t.space OPERATOR(pg_catalog.=) $1 AND t.id OPERATOR(pg_catalog.=) ANY ($2)

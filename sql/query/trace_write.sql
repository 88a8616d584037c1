-- Of each memory: its recalls, the first and last of those that are new, and where in $6 the times of the most recent ones begin and end.
UPDATE engram.trace t
SET recalls = u.recalls,
    first_recalled_at = least(t.first_recalled_at, u.first),
    last_recalled_at = greatest(t.last_recalled_at, u.last),
    recent = ($6::pg_catalog.timestamptz[])[u.start:u.stop],
    stability = u.stability,
    last_room = u.room,
    last_weight = u.weight
FROM ROWS FROM (
         pg_catalog.unnest($2::pg_catalog.uuid[]),
         pg_catalog.unnest($3::pg_catalog.int8[]),
         pg_catalog.unnest($4::pg_catalog.timestamptz[]),
         pg_catalog.unnest($5::pg_catalog.timestamptz[]),
         pg_catalog.unnest($7::pg_catalog.int8[]),
         pg_catalog.unnest($8::pg_catalog.int8[]),
         pg_catalog.unnest($9::pg_catalog.float4[]),
         pg_catalog.unnest($10::pg_catalog.float4[]),
         pg_catalog.unnest($11::pg_catalog.float4[]))
     AS u(id, recalls, first, last, start, stop, stability, room, weight)
WHERE t.space OPERATOR(pg_catalog.=) $1 AND t.id OPERATOR(pg_catalog.=) u.id

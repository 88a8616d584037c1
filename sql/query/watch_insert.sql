INSERT INTO engram.watch (space, watch, owner_role, cue, embedding, filter, threshold, channel, name, events)
VALUES ($1, $2, pg_catalog.pg_get_userbyid($3), $4, $5, coalesce($6, '{}'), $7, $8, $9, $10)

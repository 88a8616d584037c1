-- One entry about a space that the caller has just done something to.
INSERT INTO engram.audit (space, entry, at, actor, session_actor, action, id, detail, space_made_at)
VALUES ($1, $2, pg_catalog.clock_timestamp(), pg_catalog.pg_get_userbyid($3), SESSION_USER, $4, $5, $6,
        (SELECT s.created_at FROM engram.space s WHERE s.space OPERATOR(pg_catalog.=) $1))

-- Every space has lost its memories; the entries share the id, spaces tell them apart.
INSERT INTO engram.audit (space, entry, at, actor, session_actor, action, space_made_at)
SELECT s.space, $1, pg_catalog.clock_timestamp(), pg_catalog.pg_get_userbyid($2), SESSION_USER, 'sql_truncate', s.created_at
FROM engram.space s

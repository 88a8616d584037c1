-- What a deleted memory leaves behind where no foreign key removes it.
WITH gone AS (
    INSERT INTO engram.change (changed, space, id, what)
    VALUES (pg_catalog.pg_current_xact_id(), $1, $2, 'memory')
), trace AS (DELETE FROM engram.trace WHERE space OPERATOR(pg_catalog.=) $1 AND id OPERATOR(pg_catalog.=) $2
), cold AS (DELETE FROM engram.cold WHERE space OPERATOR(pg_catalog.=) $1 AND id OPERATOR(pg_catalog.=) $2
), warm AS (DELETE FROM engram.warm WHERE space OPERATOR(pg_catalog.=) $1 AND id OPERATOR(pg_catalog.=) $2
), event AS (DELETE FROM engram.belief_event WHERE space OPERATOR(pg_catalog.=) $1 AND belief OPERATOR(pg_catalog.=) $2 AND NOT $3
), published AS (DELETE FROM engram.consolidation_snapshot WHERE space OPERATOR(pg_catalog.=) $1 AND belief OPERATOR(pg_catalog.=) $2)
-- The log is not rewritten; an entry that somebody made by hand, without the role of the session, may hold a text.
UPDATE engram.audit a SET detail = '{}'
WHERE a.space OPERATOR(pg_catalog.=) $1 AND a.id OPERATOR(pg_catalog.=) $2 AND a.detail OPERATOR(pg_catalog.<>) '{}'
  AND pg_catalog.to_jsonb(a) OPERATOR(pg_catalog.->>) 'session_actor' IS NULL

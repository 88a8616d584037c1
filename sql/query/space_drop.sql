-- One statement for each table that may hold rows of many memories, then the memories: their
-- foreign keys then find nothing left to delete.
WITH changes AS (
    INSERT INTO engram.change (changed, space, id, what)
    SELECT pg_catalog.pg_current_xact_id(), m.space, m.id, 'memory'
    FROM engram.memory m WHERE m.space OPERATOR(pg_catalog.=) $1
), aliases AS (DELETE FROM engram.cue_alias WHERE space OPERATOR(pg_catalog.=) $1
), watches AS (DELETE FROM engram.watch WHERE space OPERATOR(pg_catalog.=) $1
), answers AS (DELETE FROM engram.feedback WHERE space OPERATOR(pg_catalog.=) $1
), citations AS (DELETE FROM engram.citation WHERE space OPERATOR(pg_catalog.=) $1
), snapshots AS (DELETE FROM engram.consolidation_snapshot WHERE space OPERATOR(pg_catalog.=) $1
), events AS (DELETE FROM engram.belief_event WHERE space OPERATOR(pg_catalog.=) $1
), traces AS (DELETE FROM engram.trace WHERE space OPERATOR(pg_catalog.=) $1
), warm AS (DELETE FROM engram.warm WHERE space OPERATOR(pg_catalog.=) $1
), cold AS (DELETE FROM engram.cold WHERE space OPERATOR(pg_catalog.=) $1
), versions AS (DELETE FROM engram.memory_history WHERE space OPERATOR(pg_catalog.=) $1)
DELETE FROM engram.association WHERE space OPERATOR(pg_catalog.=) $1

\echo Use "ALTER EXTENSION engram UPDATE" to load this file. \quit

-- Every statement may be run again. Functions whose arguments change are dropped and made anew: the library keeps the
-- entry points of the former version, so that sessions work between the new library and this script.

-- Standbys follow.
CREATE OR REPLACE FUNCTION engram.standby_stat(
    OUT in_recovery boolean, OUT replayed bigint, OUT followed bigint, OUT lag_seconds double precision,
    OUT spaces bigint, OUT rounds bigint, OUT rows bigint, OUT conflicts bigint, OUT waited bigint,
    OUT missed bigint, OUT ambiguous bigint) RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL RESTRICTED
    AS 'MODULE_PATHNAME', 'standby_stat_wrapper';
COMMENT ON FUNCTION engram.standby_stat() IS 'Row of engram.stat_standby';

REVOKE ALL ON FUNCTION engram.standby_stat() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION engram.standby_stat() TO engram_reader, pg_monitor;

CREATE OR REPLACE VIEW engram.stat_standby WITH (security_invoker = true) AS
SELECT s.in_recovery,
       '0/0'::pg_catalog.pg_lsn OPERATOR(pg_catalog.+) s.replayed::pg_catalog."numeric" AS replay_position,
       '0/0'::pg_catalog.pg_lsn OPERATOR(pg_catalog.+) s.followed::pg_catalog."numeric" AS followed_position,
       GREATEST(s.replayed OPERATOR(pg_catalog.-) s.followed, 0) AS lag_bytes,
       s.lag_seconds, s.spaces, s.rounds, s.rows, s.conflicts, s.waited, s.missed, s.ambiguous
FROM engram.standby_stat() s;
COMMENT ON VIEW engram.stat_standby IS 'One row: how the hot tier of a standby follows the tables of this database';
COMMENT ON COLUMN engram.stat_standby.lag_bytes IS 'Bytes of the log that are replayed and not followed; 0 on a primary';
COMMENT ON COLUMN engram.stat_standby.lag_seconds IS 'Time since the last look, while something replayed is not followed; 0 otherwise';
COMMENT ON COLUMN engram.stat_standby.spaces IS 'Spaces that are followed';
COMMENT ON COLUMN engram.stat_standby.rounds IS 'Looks at what changed';
COMMENT ON COLUMN engram.stat_standby.rows IS 'Changes entered';
COMMENT ON COLUMN engram.stat_standby.conflicts IS 'Reads that a recovery conflict ended and that were repeated';
COMMENT ON COLUMN engram.stat_standby.waited IS 'Recalls that waited for a look';
COMMENT ON COLUMN engram.stat_standby.missed IS 'Recalls that waited in vain, so that a private region answered';
COMMENT ON COLUMN engram.stat_standby.ambiguous IS 'Recalls whose snapshot lies between two changes of a row, so that a private region answered';
GRANT SELECT ON engram.stat_standby TO engram_reader, pg_monitor;

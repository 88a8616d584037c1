\echo Use "ALTER EXTENSION engram UPDATE" to load this file. \quit

-- Every statement may be run again. Functions whose arguments change are dropped and made anew: the library keeps the
-- entry points of the former version, so that sessions work between the new library and this script.

-- Warm start: tokens of snapshot files, and how far changes were trimmed.
CREATE TABLE IF NOT EXISTS engram.change_horizon (
    singleton    boolean NOT NULL DEFAULT true PRIMARY KEY CHECK (singleton),
    trimmed      xid8 NOT NULL,
    candidate    xid8 NOT NULL,
    candidate_at timestamptz NOT NULL DEFAULT pg_catalog.now()
);
COMMENT ON TABLE engram.change_horizon IS 'How far engram.change was trimmed; belongs to one cluster, never dumped';
COMMENT ON COLUMN engram.change_horizon.trimmed IS 'Changes of earlier transactions are forgotten: who has not seen them reads everything';
COMMENT ON COLUMN engram.change_horizon.candidate IS 'What the horizon will be once this is older than engram.change_retention';
COMMENT ON COLUMN engram.change_horizon.candidate_at IS 'When the candidate was the oldest transaction that ran';
ALTER TABLE engram.change_horizon ENABLE ROW LEVEL SECURITY;
SELECT pg_catalog.pg_extension_config_dump('engram.change_horizon', 'WHERE false');
ALTER TABLE engram.snapshot_token ADD COLUMN IF NOT EXISTS at_stop uuid;
COMMENT ON COLUMN engram.snapshot_token.token IS 'Token of the file that a worker wrote last, or that was read at the start';
COMMENT ON COLUMN engram.snapshot_token.at_stop IS 'Token of the file that the server writes when it stops; drawn at its start';
CREATE OR REPLACE FUNCTION engram.snapshot_stat(
    OUT written_at timestamptz, OUT bytes bigint, OUT write_ms double precision, OUT spaces bigint, OUT xmin bigint,
    OUT loaded_at timestamptz, OUT loaded_from text, OUT loaded_spaces bigint, OUT recorded_spaces bigint,
    OUT load_ms double precision, OUT discarded text) RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL RESTRICTED
    AS 'MODULE_PATHNAME', 'snapshot_stat_wrapper';
COMMENT ON FUNCTION engram.snapshot_stat() IS 'Row of engram.stat_snapshot';
REVOKE ALL ON FUNCTION engram.snapshot_stat() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION engram.snapshot_stat() TO engram_reader, pg_monitor;
CREATE OR REPLACE VIEW engram.stat_snapshot WITH (security_invoker = true) AS
SELECT s.written_at, s.bytes, s.write_ms, s.spaces, s.xmin, s.loaded_at, s.loaded_from, s.loaded_spaces,
       s.recorded_spaces, s.load_ms, s.discarded
FROM engram.snapshot_stat() s;
COMMENT ON VIEW engram.stat_snapshot IS 'One row: the snapshot file of this database and how the hot tier was loaded after the last start';
GRANT SELECT ON engram.stat_snapshot TO engram_reader, pg_monitor;

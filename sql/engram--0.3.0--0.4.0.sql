\echo Use "ALTER EXTENSION engram UPDATE" to load this file. \quit

-- Every statement may be run again. Functions whose arguments change are dropped and made anew: the library keeps the
-- entry points of the former version, so that sessions work between the new library and this script.

-- Decay and reinforcement.

-- Priming and interference.

-- Confidence, validity, supersession.

-- Completion, imagination, prediction.

-- The query language.
CREATE OR REPLACE FUNCTION @extschema@.engram_query(query text, params jsonb DEFAULT NULL) RETURNS SETOF jsonb
    LANGUAGE c VOLATILE PARALLEL RESTRICTED
    AS 'MODULE_PATHNAME', 'engram_query_wrapper';
COMMENT ON FUNCTION @extschema@.engram_query IS 'Runs a statement of the query language: RECALL, SPREAD, COMPLETE, IMAGINE, PREDICT, CONSOLIDATE, or EXPLAIN before it; rows as objects';
REVOKE ALL ON FUNCTION @extschema@.engram_query FROM PUBLIC;
GRANT EXECUTE ON FUNCTION @extschema@.engram_query TO engram_reader;

-- Reconsolidation.

-- Watches and activity.

-- Human data.

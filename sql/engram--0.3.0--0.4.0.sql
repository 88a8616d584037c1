\echo Use "ALTER EXTENSION engram UPDATE" to load this file. \quit

-- Every statement may be run again. Functions whose arguments change are dropped and made anew: the library keeps the
-- entry points of the former version, so that sessions work between the new library and this script.

-- Decay and reinforcement.

-- Priming and interference.

-- Confidence, validity, supersession.

-- Completion, imagination, prediction.

-- The query language.

-- Reconsolidation.

-- Watches and activity.

-- Human data.
CREATE OR REPLACE FUNCTION @extschema@.engram_conformance()
    RETURNS TABLE (
        experiment text, condition text, published double precision, model double precision, error double precision,
        fitted boolean, verified boolean, holds boolean, source text, note text)
    LANGUAGE c STABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'engram_conformance_wrapper';
COMMENT ON FUNCTION @extschema@.engram_conformance IS 'Returns the model beside published human data, computed by the call';
REVOKE ALL ON FUNCTION @extschema@.engram_conformance FROM PUBLIC;
GRANT EXECUTE ON FUNCTION @extschema@.engram_conformance TO engram_reader, pg_monitor;

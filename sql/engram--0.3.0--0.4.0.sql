\echo Use "ALTER EXTENSION engram UPDATE" to load this file. \quit

-- Every statement may be run again. Functions whose arguments change are dropped and made anew: the library keeps the
-- entry points of the former version, so that sessions work between the new library and this script.

-- Decay and reinforcement.

-- Priming and interference.

-- Confidence, validity, supersession.

-- Completion, imagination, prediction.
CREATE OR REPLACE FUNCTION @extschema@.engram_complete(
    partial jsonb DEFAULT NULL,
    embedding vector DEFAULT NULL,
    space text DEFAULT NULL,
    max_patterns integer DEFAULT 256,
    beta double precision DEFAULT 20,
    threshold real DEFAULT 0.2,
    max_alternatives integer DEFAULT 3
) RETURNS TABLE (
    field text,
    value jsonb,
    label text,
    confidence real,
    confidence_low real,
    confidence_high real,
    given boolean,
    evidence uuid[],
    alternatives jsonb,
    converged boolean,
    iterations integer,
    energy double precision
) LANGUAGE c VOLATILE PARALLEL RESTRICTED
    AS 'MODULE_PATHNAME', 'engram_complete_wrapper';
COMMENT ON FUNCTION @extschema@.engram_complete IS 'Completes part of a memory: each field with its value, where it comes from and how sure it is';
REVOKE ALL ON FUNCTION @extschema@.engram_complete FROM PUBLIC;
GRANT EXECUTE ON FUNCTION @extschema@.engram_complete TO engram_reader;
CREATE OR REPLACE FUNCTION @extschema@.engram_imagine(
    cues text[],
    novelty double precision DEFAULT 0.3,
    space text DEFAULT NULL,
    k integer DEFAULT 3,
    seed bigint DEFAULT 0
) RETURNS TABLE (
    content text,
    label text,
    plausibility real,
    distance real,
    parts jsonb,
    sources uuid[],
    embedding vector
) LANGUAGE c VOLATILE PARALLEL RESTRICTED
    AS 'MODULE_PATHNAME', 'engram_imagine_wrapper';
COMMENT ON FUNCTION @extschema@.engram_imagine IS 'Puts parts of different memories together to something that was never stored, and does not store it';
REVOKE ALL ON FUNCTION @extschema@.engram_imagine FROM PUBLIC;
GRANT EXECUTE ON FUNCTION @extschema@.engram_imagine TO engram_reader;
CREATE OR REPLACE FUNCTION @extschema@.engram_predict(
    context text DEFAULT NULL,
    recent uuid[] DEFAULT NULL,
    cue text DEFAULT NULL,
    embedding vector DEFAULT NULL,
    space text DEFAULT NULL,
    horizon interval DEFAULT NULL,
    k integer DEFAULT 10
) RETURNS TABLE (
    id uuid,
    content text,
    kind text,
    probability real,
    count integer,
    after interval,
    evidence uuid[],
    antecedents uuid[]
) LANGUAGE c VOLATILE PARALLEL RESTRICTED
    AS 'MODULE_PATHNAME', 'engram_predict_wrapper';
COMMENT ON FUNCTION @extschema@.engram_predict IS 'Returns what usually follows on what happens now, with probabilities that sum to less than 1';
REVOKE ALL ON FUNCTION @extschema@.engram_predict FROM PUBLIC;
GRANT EXECUTE ON FUNCTION @extschema@.engram_predict TO engram_reader;

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

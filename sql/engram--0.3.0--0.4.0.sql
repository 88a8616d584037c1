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
DROP FUNCTION IF EXISTS @extschema@.engram_update(uuid, text, vector, text[], jsonb, text, text, real, timestamptz, text, text, text);
CREATE FUNCTION @extschema@.engram_update(
    id uuid, content text DEFAULT NULL, embedding vector DEFAULT NULL, cues text[] DEFAULT NULL, metadata jsonb DEFAULT NULL,
    context text DEFAULT NULL, kind text DEFAULT NULL, confidence real DEFAULT NULL, occurred_at timestamptz DEFAULT NULL,
    source text DEFAULT NULL, mode text DEFAULT 'correct', space text DEFAULT NULL)
    RETURNS TABLE (id uuid, mode text, in_place boolean, plasticity real, reason text)
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'update_memory_wrapper';
COMMENT ON FUNCTION @extschema@.engram_update IS 'Corrects a memory, or reconsolidates it where it is labile, and keeps its former version';
REVOKE ALL ON FUNCTION @extschema@.engram_update FROM PUBLIC;
GRANT EXECUTE ON FUNCTION @extschema@.engram_update TO engram_writer;
CREATE OR REPLACE FUNCTION @extschema@.engram_lability(id uuid, space text DEFAULT NULL)
    RETURNS TABLE (labile boolean, plasticity real, recalled_at timestamptz, opens_at timestamptz, closes_at timestamptz, reason text)
    LANGUAGE c VOLATILE PARALLEL RESTRICTED
    AS 'MODULE_PATHNAME', 'engram_lability_wrapper';
COMMENT ON FUNCTION @extschema@.engram_lability IS 'Says whether a memory is labile, so that an update can reconsolidate it';
REVOKE ALL ON FUNCTION @extschema@.engram_lability FROM PUBLIC;
GRANT EXECUTE ON FUNCTION @extschema@.engram_lability TO engram_reader;

-- Watches and activity.

-- Human data.

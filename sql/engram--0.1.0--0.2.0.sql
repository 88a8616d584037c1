\echo Use "ALTER EXTENSION engram UPDATE" to load this file. \quit

-- Every statement may be run again. Functions whose arguments change are dropped and made anew: the library keeps the
-- entry points of the former version, so that sessions work between the new library and this script.

-- Answers: several spaces, explanations, the feeling of knowing, the health of the graph.
CREATE OR REPLACE FUNCTION @extschema@."engram_recall_across"(
    "spaces" TEXT[],
    "cue" TEXT DEFAULT NULL,
    "embedding" vector DEFAULT NULL,
    "k" INT DEFAULT 10,
    "ids" uuid[] DEFAULT NULL,
    "context" TEXT DEFAULT NULL,
    "cues" TEXT[] DEFAULT NULL,
    "filter" jsonb DEFAULT NULL,
    "kinds" TEXT[] DEFAULT NULL,
    "in_context" TEXT DEFAULT NULL,
    "since" timestamp with time zone DEFAULT NULL,
    "until" timestamp with time zone DEFAULT NULL,
    "as_of" timestamp with time zone DEFAULT NULL,
    "min_score" real DEFAULT 0,
    "min_confidence" real DEFAULT 0,
    "max_tokens" INT DEFAULT NULL,
    "hops" INT DEFAULT NULL,
    "include_cold" bool DEFAULT NULL,
    "reinforce" bool DEFAULT true
) RETURNS TABLE (
    "id" uuid,
    "content" TEXT,
    "score" real,
    "confidence" real,
    "confidence_low" real,
    "confidence_high" real,
    "similarity" real,
    "activation" real,
    "hops" INT,
    "via" uuid[],
    "origin" TEXT,
    "kind" TEXT,
    "tier" TEXT,
    "space" TEXT,
    "context" TEXT,
    "occurred_at" timestamp with time zone,
    "source" TEXT,
    "metadata" jsonb
)
VOLATILE PARALLEL RESTRICTED
LANGUAGE c
AS 'MODULE_PATHNAME', 'engram_recall_across_wrapper';
CREATE OR REPLACE FUNCTION @extschema@."engram_explain_recall"(
    "cue" TEXT DEFAULT NULL,
    "embedding" vector DEFAULT NULL,
    "space" TEXT DEFAULT NULL,
    "k" INT DEFAULT 10,
    "ids" uuid[] DEFAULT NULL,
    "context" TEXT DEFAULT NULL,
    "cues" TEXT[] DEFAULT NULL,
    "filter" jsonb DEFAULT NULL,
    "kinds" TEXT[] DEFAULT NULL,
    "in_context" TEXT DEFAULT NULL,
    "since" timestamp with time zone DEFAULT NULL,
    "until" timestamp with time zone DEFAULT NULL,
    "as_of" timestamp with time zone DEFAULT NULL,
    "min_score" real DEFAULT 0,
    "min_confidence" real DEFAULT 0,
    "max_tokens" INT DEFAULT NULL,
    "hops" INT DEFAULT NULL,
    "include_cold" bool DEFAULT NULL,
    "reinforce" bool DEFAULT true
) RETURNS TABLE (
    "id" uuid,
    "signal" TEXT,
    "value" real,
    "share" real,
    "detail" TEXT
)
VOLATILE PARALLEL RESTRICTED
LANGUAGE c
AS 'MODULE_PATHNAME', 'engram_explain_recall_wrapper';
CREATE OR REPLACE FUNCTION @extschema@."engram_explain_recall_text"(
    "cue" TEXT DEFAULT NULL,
    "embedding" vector DEFAULT NULL,
    "space" TEXT DEFAULT NULL,
    "k" INT DEFAULT 10,
    "ids" uuid[] DEFAULT NULL,
    "context" TEXT DEFAULT NULL,
    "cues" TEXT[] DEFAULT NULL,
    "filter" jsonb DEFAULT NULL,
    "kinds" TEXT[] DEFAULT NULL,
    "in_context" TEXT DEFAULT NULL,
    "since" timestamp with time zone DEFAULT NULL,
    "until" timestamp with time zone DEFAULT NULL,
    "as_of" timestamp with time zone DEFAULT NULL,
    "min_score" real DEFAULT 0,
    "min_confidence" real DEFAULT 0,
    "max_tokens" INT DEFAULT NULL,
    "hops" INT DEFAULT NULL,
    "include_cold" bool DEFAULT NULL,
    "reinforce" bool DEFAULT true
) RETURNS SETOF TEXT
VOLATILE PARALLEL RESTRICTED
LANGUAGE c
AS 'MODULE_PATHNAME', 'engram_explain_recall_text_wrapper';
CREATE OR REPLACE FUNCTION @extschema@."engram_feeling_of_knowing"(
    "cue" TEXT,
    "embedding" vector DEFAULT NULL,
    "space" TEXT DEFAULT NULL,
    "context" TEXT DEFAULT NULL,
    "cues" TEXT[] DEFAULT NULL
) RETURNS TABLE (
    "knows" real,
    "knows_low" real,
    "knows_high" real,
    "best_score" real,
    "known_words" real,
    "known_cues" real,
    "basis" TEXT
)
VOLATILE PARALLEL RESTRICTED
LANGUAGE c
AS 'MODULE_PATHNAME', 'engram_feeling_of_knowing_wrapper';
CREATE OR REPLACE FUNCTION engram.graph_health(
    space text DEFAULT NULL, OUT metric text, OUT value double precision, OUT assessment text) RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL RESTRICTED
    AS 'MODULE_PATHNAME', 'graph_health_wrapper';
COMMENT ON FUNCTION @extschema@.engram_recall_across IS 'Returns what comes to mind in several spaces, merged by score';
COMMENT ON FUNCTION @extschema@.engram_explain_recall IS 'Returns why a recall returns what it returns: the share of each signal, words, cues and paths';
COMMENT ON FUNCTION @extschema@.engram_explain_recall_text IS 'Explains a recall as text, in the manner of EXPLAIN';
COMMENT ON FUNCTION @extschema@.engram_feeling_of_knowing IS 'Estimates whether anything is stored about a cue, without returning it';
COMMENT ON FUNCTION engram.graph_health(text) IS 'How the memories of a space hang together, and whether spreading can help there';
REVOKE ALL ON FUNCTION
    @extschema@.engram_recall_across, @extschema@.engram_explain_recall, @extschema@.engram_explain_recall_text,
    @extschema@.engram_feeling_of_knowing, engram.graph_health FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    @extschema@.engram_recall_across, @extschema@.engram_explain_recall, @extschema@.engram_explain_recall_text,
    @extschema@.engram_feeling_of_knowing, engram.graph_health TO engram_reader;

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

-- Remembering recognises duplicates.
DROP FUNCTION IF EXISTS @extschema@.engram_remember(text, vector, text, text, text[], text, real, timestamptz, text, jsonb, uuid);
CREATE OR REPLACE FUNCTION @extschema@.engram_remember(
    content text,
    embedding vector DEFAULT NULL,
    space text DEFAULT NULL,
    context text DEFAULT NULL,
    cues text[] DEFAULT NULL,
    kind text DEFAULT 'episode',
    confidence real DEFAULT 0.7,
    occurred_at timestamptz DEFAULT NULL,
    source text DEFAULT NULL,
    metadata jsonb DEFAULT '{}',
    id uuid DEFAULT NULL,
    on_duplicate text DEFAULT NULL
) RETURNS uuid LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'engram_remember_or_recognise_wrapper';
COMMENT ON FUNCTION @extschema@.engram_remember IS 'Stores one memory and returns its id, or that of the memory that says the same; a given id makes the call idempotent';
REVOKE ALL ON FUNCTION @extschema@.engram_remember FROM PUBLIC;
GRANT EXECUTE ON FUNCTION @extschema@.engram_remember TO engram_writer;

-- Associations that form by themselves.
ALTER TABLE engram.association ADD COLUMN IF NOT EXISTS origin text NOT NULL DEFAULT 'explicit'
    CHECK (origin OPERATOR(pg_catalog.=) ANY (ARRAY['explicit', 'co-recall', 'similarity']));
COMMENT ON COLUMN engram.association.origin IS 'explicit, or how it was learned: co-recall, similarity; what is explicit is never changed by learning';
CREATE TABLE IF NOT EXISTS engram.progress (
    space   text COLLATE "C" NOT NULL,
    job     text NOT NULL,
    through xid8 NOT NULL,
    after   uuid,
    whole   xid8 NOT NULL,
    detail  text NOT NULL,
    PRIMARY KEY (space, job)
);
COMMENT ON TABLE engram.progress IS 'How far the jobs of the background worker have come; belongs to one cluster, never dumped';
COMMENT ON COLUMN engram.progress.through IS 'Everything that earlier transactions changed is done';
COMMENT ON COLUMN engram.progress.after IS 'Of what transaction through changed, ids up to this one are done; null for none';
COMMENT ON COLUMN engram.progress.whole IS 'What earlier transactions changed was there when the job began';
COMMENT ON COLUMN engram.progress.detail IS 'Settings the job was begun with; with others it begins anew';
ALTER TABLE engram.progress ENABLE ROW LEVEL SECURITY;
SELECT pg_catalog.pg_extension_config_dump('engram.progress', 'WHERE false');
CREATE OR REPLACE FUNCTION engram.learn(space text DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'learn_wrapper';
COMMENT ON FUNCTION engram.learn(text) IS 'Learns associations of a space now, as the worker does in the background; returns how many changed';
REVOKE ALL ON FUNCTION engram.learn(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION engram.learn(text) TO engram_writer;

-- The built-in encoder, and names of encoders for spaces.
CREATE OR REPLACE FUNCTION @extschema@.engram_embed(text text) RETURNS vector
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'engram_embed_wrapper';
DROP FUNCTION IF EXISTS @extschema@.engram_create_space(text, integer, text, text, text[], text[]);
CREATE OR REPLACE FUNCTION @extschema@.engram_create_space(
    space text,
    dimensions integer DEFAULT NULL,
    language text DEFAULT 'english',
    owner text DEFAULT NULL,
    readers text[] DEFAULT NULL,
    writers text[] DEFAULT NULL,
    encoder text DEFAULT NULL
) RETURNS void LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'engram_create_space_0_2_wrapper';
DROP FUNCTION IF EXISTS @extschema@.engram_configure_space(text, integer, text, text, text[], text[]);
CREATE OR REPLACE FUNCTION @extschema@.engram_configure_space(
    space text,
    dimensions integer DEFAULT NULL,
    language text DEFAULT NULL,
    owner text DEFAULT NULL,
    readers text[] DEFAULT NULL,
    writers text[] DEFAULT NULL,
    encoder text DEFAULT NULL
) RETURNS void LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'engram_configure_space_0_2_wrapper';
COMMENT ON FUNCTION @extschema@.engram_embed IS 'Vector of a text by the built-in encoder; null where it knows no word of it';
COMMENT ON FUNCTION @extschema@.engram_create_space IS 'Makes a space with its language, dimensions and roles';
COMMENT ON FUNCTION @extschema@.engram_configure_space IS 'Changes a space; null leaves what is set';
REVOKE ALL ON FUNCTION @extschema@.engram_embed, @extschema@.engram_create_space, @extschema@.engram_configure_space FROM PUBLIC;
GRANT EXECUTE ON FUNCTION @extschema@.engram_embed TO engram_reader;
GRANT EXECUTE ON FUNCTION @extschema@.engram_create_space, @extschema@.engram_configure_space TO engram_writer;

-- Aliases of cues.
CREATE OR REPLACE FUNCTION engram.alias_before() RETURNS trigger LANGUAGE c
    AS 'MODULE_PATHNAME', 'alias_before_wrapper';
CREATE OR REPLACE FUNCTION engram.alias_after() RETURNS trigger LANGUAGE c
    AS 'MODULE_PATHNAME', 'alias_after_wrapper';
COMMENT ON FUNCTION engram.alias_before() IS 'Normalises and checks an alias of a cue';
COMMENT ON FUNCTION engram.alias_after() IS 'Queues a change of the aliases of a space for the hot tier';
REVOKE ALL ON FUNCTION engram.alias_before(), engram.alias_after() FROM PUBLIC;
CREATE OR REPLACE TRIGGER engram_before BEFORE INSERT OR UPDATE ON engram.cue_alias
    FOR EACH ROW EXECUTE FUNCTION engram.alias_before();
CREATE OR REPLACE TRIGGER engram_after AFTER INSERT OR UPDATE OR DELETE ON engram.cue_alias
    FOR EACH ROW EXECUTE FUNCTION engram.alias_after();
CREATE OR REPLACE TRIGGER engram_truncate AFTER TRUNCATE ON engram.cue_alias
    FOR EACH STATEMENT EXECUTE FUNCTION engram.truncate_after();
ALTER TABLE engram.cue_alias ENABLE ALWAYS TRIGGER engram_before;
ALTER TABLE engram.cue_alias ENABLE ALWAYS TRIGGER engram_after;
ALTER TABLE engram.cue_alias ENABLE ALWAYS TRIGGER engram_truncate;
-- Names that stand there already are made what the trigger makes of them. Those that then say what another one says, or nothing, go.
DO $engram$
DECLARE
    a record;
BEGIN
    FOR a IN SELECT c.space, c.alias FROM engram.cue_alias c ORDER BY c.space, c.created_at, c.alias
    LOOP
        BEGIN
            UPDATE engram.cue_alias c SET alias = c.alias
            WHERE c.space OPERATOR(pg_catalog.=) a.space AND c.alias OPERATOR(pg_catalog.=) a.alias;
        EXCEPTION WHEN unique_violation OR check_violation OR data_exception OR program_limit_exceeded THEN
            RAISE NOTICE 'alias "%" in space "%" was removed: %', a.alias, a.space, SQLERRM;
            DELETE FROM engram.cue_alias c
            WHERE c.space OPERATOR(pg_catalog.=) a.space AND c.alias OPERATOR(pg_catalog.=) a.alias;
        END;
    END LOOP;
END
$engram$;

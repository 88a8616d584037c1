\echo Use "ALTER EXTENSION engram UPDATE" to load this file. \quit

-- Every statement may be run again. Functions whose arguments change are dropped and made anew: the library keeps the
-- entry points of the former version, so that sessions work between the new library and this script.

-- Decay and reinforcement.
ALTER TABLE engram.trace
    ADD COLUMN IF NOT EXISTS last_room real,
    ADD COLUMN IF NOT EXISTS last_weight real,
    ADD COLUMN IF NOT EXISTS profile text,
    ADD COLUMN IF NOT EXISTS parameters jsonb,
    ADD COLUMN IF NOT EXISTS floor real;
COMMENT ON COLUMN engram.trace.last_room IS 'What was forgotten when the memory was last used, 0 to 1: how much the use could add to the stability';
COMMENT ON COLUMN engram.trace.last_weight IS 'Share of it that the use took: by its place in the answer, 1 or 0 where engram_feedback has said so';
COMMENT ON COLUMN engram.trace.profile IS 'How this memory is forgotten; null as engram.decay or the settings say';
COMMENT ON COLUMN engram.trace.parameters IS 'Parameters of the profile';
COMMENT ON COLUMN engram.trace.floor IS 'Share of this memory that is never forgotten; null takes the setting engram.permastore';
CREATE TABLE IF NOT EXISTS engram.decay (
    space      text COLLATE "C" NOT NULL,
    kind       text NOT NULL DEFAULT '',
    profile    text NOT NULL CHECK (profile OPERATOR(pg_catalog.=) ANY (ARRAY['power', 'exponential', 'two_component', 'pinned', 'custom'])),
    parameters jsonb NOT NULL DEFAULT '{}',
    floor      real CHECK (floor OPERATOR(pg_catalog.>=) 0 AND floor OPERATOR(pg_catalog.<=) 1),
    PRIMARY KEY (space, kind)
);
COMMENT ON TABLE engram.decay IS 'How the memories of a space are forgotten: a rule for each kind that has one, and one for the others; engram.trace has those of single memories';
COMMENT ON COLUMN engram.decay.kind IS 'Kind that the rule is for; empty for every kind without a rule of its own';
COMMENT ON COLUMN engram.decay.profile IS 'Form of the forgetting curve: power, exponential, two_component, pinned or custom';
COMMENT ON COLUMN engram.decay.parameters IS 'What differs from the settings: curve (of custom), exponent, share, fast, stability, gain';
COMMENT ON COLUMN engram.decay.floor IS 'Share that is never forgotten; null takes the setting engram.permastore';
ALTER TABLE engram.decay ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS reader ON engram.decay;
CREATE POLICY reader ON engram.decay FOR SELECT USING (engram.may_read(space));
SELECT pg_catalog.pg_extension_config_dump('engram.decay', '');
GRANT SELECT ON engram.decay TO engram_reader;
CREATE OR REPLACE FUNCTION engram.reinforcement_stat(
    OUT pending bigint, OUT noted bigint, OUT flushed bigint, OUT gone bigint, OUT lost bigint, OUT batches bigint,
    OUT last_flush timestamptz) RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL RESTRICTED
    AS 'MODULE_PATHNAME', 'reinforcement_stat_wrapper';
COMMENT ON FUNCTION engram.reinforcement_stat() IS 'Row of engram.stat_reinforcement';
CREATE OR REPLACE VIEW engram.stat_reinforcement WITH (security_invoker = true) AS
SELECT r.pending, r.noted, r.flushed, r.gone, r.lost, r.batches, r.last_flush
FROM engram.reinforcement_stat() r;
COMMENT ON VIEW engram.stat_reinforcement IS 'One row: uses of memories by recalls, in all databases since the server started';
COMMENT ON COLUMN engram.stat_reinforcement.pending IS 'Uses that are noted in shared memory and not yet in engram.trace';
COMMENT ON COLUMN engram.stat_reinforcement.noted IS 'Uses ever noted';
COMMENT ON COLUMN engram.stat_reinforcement.flushed IS 'Uses that went to engram.trace';
COMMENT ON COLUMN engram.stat_reinforcement.gone IS 'Uses of memories that were deleted before';
COMMENT ON COLUMN engram.stat_reinforcement.lost IS 'Uses that found no room in shared memory';
COMMENT ON COLUMN engram.stat_reinforcement.batches IS 'Transactions that wrote uses to engram.trace';
COMMENT ON COLUMN engram.stat_reinforcement.last_flush IS 'When the last of them committed';
GRANT SELECT ON engram.stat_reinforcement TO engram_reader, pg_monitor;
REVOKE ALL ON FUNCTION engram.reinforcement_stat() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION engram.reinforcement_stat() TO engram_reader, pg_monitor;
CREATE OR REPLACE FUNCTION @extschema@.engram_set_decay(
    profile text DEFAULT NULL, space text DEFAULT NULL, kind text DEFAULT NULL, id uuid DEFAULT NULL,
    parameters jsonb DEFAULT NULL, floor real DEFAULT NULL) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'engram_set_decay_wrapper';
CREATE OR REPLACE FUNCTION @extschema@.engram_retrievability(id uuid, space text DEFAULT NULL, at timestamptz DEFAULT NULL)
    RETURNS TABLE (retrievability double precision, base_level double precision, stability double precision, profile text,
                   uses bigint, last_used_at timestamptz)
    LANGUAGE c STABLE PARALLEL RESTRICTED
    AS 'MODULE_PATHNAME', 'engram_retrievability_wrapper';
CREATE OR REPLACE FUNCTION @extschema@.engram_feedback(id uuid, useful boolean, space text DEFAULT NULL) RETURNS boolean
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'engram_feedback_wrapper';
COMMENT ON FUNCTION @extschema@.engram_set_decay IS 'Says how a memory, the memories of a kind, or those of a space are forgotten';
COMMENT ON FUNCTION @extschema@.engram_retrievability IS 'Returns how well a memory can be retrieved at a time, and what that rests on';
COMMENT ON FUNCTION @extschema@.engram_feedback IS 'Says whether the last recall of a memory was of use, which decides how much it strengthens it';
REVOKE ALL ON FUNCTION @extschema@.engram_set_decay, @extschema@.engram_retrievability, @extschema@.engram_feedback FROM PUBLIC;
GRANT EXECUTE ON FUNCTION @extschema@.engram_set_decay TO engram_writer;
GRANT EXECUTE ON FUNCTION @extschema@.engram_retrievability, @extschema@.engram_feedback TO engram_reader;

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

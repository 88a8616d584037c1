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
ALTER TABLE engram.feedback ADD COLUMN IF NOT EXISTS confidence real
    CHECK (confidence OPERATOR(pg_catalog.>=) 0 AND confidence OPERATOR(pg_catalog.<=) 1);
COMMENT ON COLUMN engram.feedback.confidence IS 'Confidence that the memory had then, which calibration compares; null where it is not known';
COMMENT ON COLUMN engram.audit.action IS 'forget, forget_where, update, confirm, contradict, supersede, reinstate, configure_space, drop_space, or sql_delete, sql_update and sql_truncate for what was done without a function';
CREATE TABLE IF NOT EXISTS engram.evidence (
    space      text COLLATE "C" NOT NULL,
    id         uuid NOT NULL,
    entry      uuid NOT NULL,
    supports   boolean NOT NULL,
    weight     real NOT NULL CHECK (weight OPERATOR(pg_catalog.>) 0),
    source     text,
    source_key uuid NOT NULL,
    "by"       uuid,
    given_by   name NOT NULL DEFAULT CURRENT_USER,
    given_at   timestamptz NOT NULL DEFAULT pg_catalog.now(),
    withdrawn_at timestamptz,
    PRIMARY KEY (space, id, entry),
    FOREIGN KEY (space, id) REFERENCES engram.memory (space, id) ON DELETE CASCADE,
    FOREIGN KEY (space, "by") REFERENCES engram.memory (space, id) ON DELETE SET NULL ("by")
);
CREATE UNIQUE INDEX IF NOT EXISTS evidence_source ON engram.evidence (space, id, source_key) WHERE withdrawn_at IS NULL;
CREATE INDEX IF NOT EXISTS evidence_by ON engram.evidence (space, "by");
COMMENT ON TABLE engram.evidence IS 'What engram_confirm and engram_contradict counted, one row for each independent source; gone with the memory';
COMMENT ON COLUMN engram.evidence.entry IS 'UUID version 7: ascends with time';
COMMENT ON COLUMN engram.evidence.supports IS 'Whether it speaks for the memory';
COMMENT ON COLUMN engram.evidence.weight IS 'Observations it counts as';
COMMENT ON COLUMN engram.evidence.source IS 'The source as the caller named it';
COMMENT ON COLUMN engram.evidence.source_key IS 'Digest of the source, unique for each memory: a source counts once';
COMMENT ON COLUMN engram.evidence."by" IS 'Memory that speaks for it or against it; null when there is none, or when it was deleted';
COMMENT ON COLUMN engram.evidence.given_by IS 'Role that gave it';
COMMENT ON COLUMN engram.evidence.withdrawn_at IS 'When its source said the opposite, which counts from then on; null while it counts';

CREATE TABLE IF NOT EXISTS engram.supersession (
    space     text COLLATE "C" NOT NULL,
    entry     uuid NOT NULL,
    old_id    uuid NOT NULL,
    new_id    uuid NOT NULL,
    at        timestamptz NOT NULL,
    ended     boolean NOT NULL,
    began     boolean NOT NULL,
    made      boolean NOT NULL,
    made_at   timestamptz NOT NULL DEFAULT pg_catalog.now(),
    made_by   name NOT NULL DEFAULT CURRENT_USER,
    undone_at timestamptz,
    undone_by name,
    PRIMARY KEY (space, entry),
    FOREIGN KEY (space, old_id) REFERENCES engram.memory (space, id) ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS supersession_old ON engram.supersession (space, old_id);
CREATE INDEX IF NOT EXISTS supersession_new ON engram.supersession (space, new_id);
COMMENT ON TABLE engram.supersession IS 'Which memory replaced which, when, and until when: what recall as of a past time and engram_reinstate go by';
COMMENT ON COLUMN engram.supersession.entry IS 'UUID version 7: ascends with time';
COMMENT ON COLUMN engram.supersession.at IS 'When the fact changed in the world';
COMMENT ON COLUMN engram.supersession.ended IS 'Whether it set the end of the validity of the old memory';
COMMENT ON COLUMN engram.supersession.began IS 'Whether it set the start of the validity of the new memory';
COMMENT ON COLUMN engram.supersession.made IS 'Whether it made the new memory, which engram_reinstate then suppresses';
COMMENT ON COLUMN engram.supersession.made_at IS 'When it became known: from then on the old memory is not believed';
COMMENT ON COLUMN engram.supersession.undone_at IS 'When engram_reinstate undid it; null while it holds';
ALTER TABLE engram.evidence ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS reader ON engram.evidence;
CREATE POLICY reader ON engram.evidence FOR SELECT USING (
    EXISTS (SELECT FROM engram.memory m
            WHERE m.space OPERATOR(pg_catalog.=) evidence.space
              AND m.id OPERATOR(pg_catalog.=) evidence.id)
    AND ("by" IS NULL
         OR EXISTS (SELECT FROM engram.memory m
                    WHERE m.space OPERATOR(pg_catalog.=) evidence.space
                      AND m.id OPERATOR(pg_catalog.=) evidence."by")));
ALTER TABLE engram.supersession ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS reader ON engram.supersession;
CREATE POLICY reader ON engram.supersession FOR SELECT USING (
    EXISTS (SELECT FROM engram.memory m
            WHERE m.space OPERATOR(pg_catalog.=) supersession.space
              AND m.id OPERATOR(pg_catalog.=) supersession.old_id));
CREATE OR REPLACE FUNCTION engram.feedback_before() RETURNS trigger LANGUAGE c
    AS 'MODULE_PATHNAME', 'feedback_before_wrapper';
COMMENT ON FUNCTION engram.feedback_before() IS 'Keeps the confidence that a memory has when feedback on it is given';
DROP TRIGGER IF EXISTS engram_before ON engram.feedback;
CREATE TRIGGER engram_before BEFORE INSERT ON engram.feedback
    FOR EACH ROW EXECUTE FUNCTION engram.feedback_before();
ALTER TABLE engram.feedback ENABLE ALWAYS TRIGGER engram_before;
CREATE OR REPLACE FUNCTION engram.believed(
    space text, as_of timestamptz,
    OUT id uuid, OUT content text, OUT embedding vector, OUT encoder text, OUT cues text[], OUT context text, OUT kind text,
    OUT origin text, OUT label text, OUT evidence_for real, OUT evidence_against real, OUT occurred_at timestamptz,
    OUT source text, OUT metadata jsonb, OUT valid_from timestamptz, OUT valid_to timestamptz, OUT version integer,
    OUT created_at timestamptz, OUT cold boolean, OUT pinned boolean) RETURNS SETOF record
    LANGUAGE sql STABLE PARALLEL SAFE
AS $believed$
    SELECT m.id,
           CASE WHEN h.version IS NOT NULL THEN h.content
                WHEN m.content OPERATOR(pg_catalog.=) '' THEN
                    (SELECT c.content FROM engram.cold c
                     WHERE c.space OPERATOR(pg_catalog.=) m.space AND c.id OPERATOR(pg_catalog.=) m.id)
                ELSE m.content END,
           CASE WHEN h.version IS NOT NULL THEN h.embedding
                WHEN m.content OPERATOR(pg_catalog.=) '' THEN
                    (SELECT c.embedding FROM engram.cold c
                     WHERE c.space OPERATOR(pg_catalog.=) m.space AND c.id OPERATOR(pg_catalog.=) m.id)
                ELSE m.embedding END,
           CASE WHEN h.version IS NULL THEN m.encoder ELSE h.encoder END,
           CASE WHEN h.version IS NULL THEN m.cues ELSE h.cues END,
           CASE WHEN h.version IS NULL THEN m.context ELSE h.context END,
           CASE WHEN h.version IS NULL THEN m.kind ELSE h.kind END,
           m.origin,
           CASE WHEN h.version IS NULL THEN m.label ELSE h.label END,
           GREATEST(v.evidence_for OPERATOR(pg_catalog.-) e.since_for, 0)::pg_catalog.float4,
           GREATEST(v.evidence_against OPERATOR(pg_catalog.-) e.since_against, 0)::pg_catalog.float4,
           CASE WHEN h.version IS NULL THEN m.occurred_at ELSE h.occurred_at END,
           CASE WHEN h.version IS NULL THEN m.source ELSE h.source END,
           CASE WHEN h.version IS NULL THEN m.metadata ELSE h.metadata END,
           v.valid_from, v.valid_to, h.version, m.created_at,
           m.content OPERATOR(pg_catalog.=) '', m.pinned
    FROM engram.memory m
    -- The oldest version that was replaced later is the one of then.
    LEFT JOIN LATERAL (
        SELECT f.* FROM engram.memory_history f
        WHERE f.space OPERATOR(pg_catalog.=) m.space AND f.id OPERATOR(pg_catalog.=) m.id
          AND f.replaced_at OPERATOR(pg_catalog.>) $2
        ORDER BY f.version LIMIT 1) h ON true
    -- Limits of validity that a later supersession has set were not known.
    CROSS JOIN LATERAL (
        SELECT x.evidence_for, x.evidence_against,
               CASE WHEN x.valid_from IS NULL OR EXISTS (
                        SELECT FROM engram.supersession s
                        WHERE s.space OPERATOR(pg_catalog.=) m.space AND s.new_id OPERATOR(pg_catalog.=) m.id
                          AND s.began AND s.at OPERATOR(pg_catalog.=) x.valid_from
                          AND s.made_at OPERATOR(pg_catalog.>) $2)
                    THEN NULL ELSE x.valid_from END AS valid_from,
               CASE WHEN x.valid_to IS NULL OR EXISTS (
                        SELECT FROM engram.supersession s
                        WHERE s.space OPERATOR(pg_catalog.=) m.space AND s.old_id OPERATOR(pg_catalog.=) m.id
                          AND s.ended AND s.at OPERATOR(pg_catalog.=) x.valid_to
                          AND s.made_at OPERATOR(pg_catalog.>) $2)
                    THEN NULL ELSE x.valid_to END AS valid_to
        FROM (SELECT CASE WHEN h.version IS NULL THEN m.evidence_for ELSE h.evidence_for END AS evidence_for,
                     CASE WHEN h.version IS NULL THEN m.evidence_against ELSE h.evidence_against END AS evidence_against,
                     CASE WHEN h.version IS NULL THEN m.valid_from ELSE h.valid_from END AS valid_from,
                     CASE WHEN h.version IS NULL THEN m.valid_to ELSE h.valid_to END AS valid_to) x) v
    -- What evidence has changed between then and that version.
    CROSS JOIN LATERAL (
        SELECT COALESCE(pg_catalog.sum(w.change) FILTER (WHERE w.supports), 0) AS since_for,
               COALESCE(pg_catalog.sum(w.change) FILTER (WHERE NOT w.supports), 0) AS since_against
        FROM (SELECT g.supports,
                     g.weight OPERATOR(pg_catalog.*)
                     ((g.given_at OPERATOR(pg_catalog.<=) u.until
                           AND COALESCE(g.withdrawn_at OPERATOR(pg_catalog.>) u.until, true))::pg_catalog.int4
                      OPERATOR(pg_catalog.-)
                      (g.given_at OPERATOR(pg_catalog.<=) $2
                           AND COALESCE(g.withdrawn_at OPERATOR(pg_catalog.>) $2, true))::pg_catalog.int4) AS change
              FROM engram.evidence g
              CROSS JOIN (SELECT COALESCE(h.replaced_at, 'infinity') AS until) u
              WHERE g.space OPERATOR(pg_catalog.=) m.space AND g.id OPERATOR(pg_catalog.=) m.id) w) e
    WHERE m.space OPERATOR(pg_catalog.=) $1
      AND m.created_at OPERATOR(pg_catalog.<=) $2
      AND (m.suppressed_at IS NULL OR m.suppressed_at OPERATOR(pg_catalog.>) $2)
      AND NOT EXISTS (
          SELECT FROM engram.supersession s
          WHERE s.space OPERATOR(pg_catalog.=) m.space AND s.old_id OPERATOR(pg_catalog.=) m.id
            AND s.made_at OPERATOR(pg_catalog.<=) $2
            AND (s.undone_at IS NULL OR s.undone_at OPERATOR(pg_catalog.>) $2))
      -- One replaced by plain SQL has no entry: the end of its validity says when, if it is there.
      AND (m.superseded_by IS NULL
           OR m.valid_to OPERATOR(pg_catalog.>) $2
           OR EXISTS (SELECT FROM engram.supersession s
                      WHERE s.space OPERATOR(pg_catalog.=) m.space AND s.old_id OPERATOR(pg_catalog.=) m.id
                        AND s.undone_at IS NULL))
      AND (v.valid_from IS NULL OR v.valid_from OPERATOR(pg_catalog.<=) $2)
      AND (v.valid_to IS NULL OR v.valid_to OPERATOR(pg_catalog.>) $2)
$believed$;
COMMENT ON FUNCTION engram.believed(text, timestamptz) IS 'Memories of a space as they were believed at a time, in the version of that time';

DO $engram$
BEGIN
    CREATE TYPE engram.confidence AS (mean real, low real, high real);
EXCEPTION WHEN duplicate_object THEN
    NULL;
END
$engram$;
COMMENT ON TYPE engram.confidence IS 'Belief in a statement: mean and limits, each 0 to 1, with low <= mean <= high';

CREATE OR REPLACE FUNCTION @extschema@.engram_and(a engram.confidence, b engram.confidence) RETURNS engram.confidence
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'engram_and_wrapper';
CREATE OR REPLACE FUNCTION @extschema@.engram_or(a engram.confidence, b engram.confidence) RETURNS engram.confidence
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'engram_or_wrapper';
CREATE OR REPLACE FUNCTION @extschema@.engram_not(a engram.confidence) RETURNS engram.confidence
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'engram_not_wrapper';
CREATE OR REPLACE AGGREGATE @extschema@.engram_and(engram.confidence) (
    sfunc = @extschema@.engram_and, stype = engram.confidence, parallel = safe);
CREATE OR REPLACE AGGREGATE @extschema@.engram_or(engram.confidence) (
    sfunc = @extschema@.engram_or, stype = engram.confidence, parallel = safe);
COMMENT ON FUNCTION @extschema@.engram_and(engram.confidence, engram.confidence) IS 'Confidence that two independent statements both hold';
COMMENT ON FUNCTION @extschema@.engram_or(engram.confidence, engram.confidence) IS 'Confidence that at least one of two independent statements holds';
COMMENT ON FUNCTION @extschema@.engram_not(engram.confidence) IS 'Confidence that a statement does not hold';
COMMENT ON AGGREGATE @extschema@.engram_and(engram.confidence) IS 'Confidence that independent statements all hold';
COMMENT ON AGGREGATE @extschema@.engram_or(engram.confidence) IS 'Confidence that at least one of independent statements holds';

CREATE OR REPLACE VIEW engram.contradictions WITH (security_invoker = true) AS
SELECT e.space, e.id, e."by", e.weight, e.given_at, e.given_by
FROM engram.evidence e
JOIN engram.memory b ON b.space OPERATOR(pg_catalog.=) e.space AND b.id OPERATOR(pg_catalog.=) e."by"
JOIN engram.memory o ON o.space OPERATOR(pg_catalog.=) e.space AND o.id OPERATOR(pg_catalog.=) e.id
WHERE NOT e.supports AND e.withdrawn_at IS NULL
  AND o.superseded_by IS NULL AND o.suppressed_at IS NULL
  AND b.superseded_by IS NULL AND b.suppressed_at IS NULL;
COMMENT ON VIEW engram.contradictions IS 'Pairs of memories that both stand though one contradicts the other';
COMMENT ON COLUMN engram.contradictions.id IS 'Memory that is contradicted';
COMMENT ON COLUMN engram.contradictions."by" IS 'Memory that contradicts';
COMMENT ON COLUMN engram.contradictions.weight IS 'Observations it counts as';

CREATE OR REPLACE VIEW engram.calibration WITH (security_invoker = true) AS
SELECT f.space, b.bin,
       ((b.bin OPERATOR(pg_catalog.-) 1) OPERATOR(pg_catalog./) 10.0::pg_catalog.float8) AS low,
       (b.bin OPERATOR(pg_catalog./) 10.0::pg_catalog.float8) AS high,
       pg_catalog.count(*) AS n,
       pg_catalog.avg(f.confidence) AS predicted,
       pg_catalog.avg(f.useful::pg_catalog.int4)::pg_catalog.float8 AS observed
FROM engram.feedback f
CROSS JOIN LATERAL (SELECT LEAST(pg_catalog.width_bucket(f.confidence, 0, 1, 10), 10) AS bin) b
WHERE f.confidence IS NOT NULL
GROUP BY f.space, b.bin;
COMMENT ON VIEW engram.calibration IS 'Ten bins of confidence: what was predicted when feedback was given, and the share that was useful';
COMMENT ON COLUMN engram.calibration.bin IS 'From 1, the lowest tenth, to 10';
COMMENT ON COLUMN engram.calibration.predicted IS 'Mean confidence of the memories when feedback was given';
COMMENT ON COLUMN engram.calibration.observed IS 'Share of them that was useful';

CREATE OR REPLACE VIEW engram.calibration_error WITH (security_invoker = true) AS
SELECT c.space, pg_catalog.sum(c.n)::pg_catalog.int8 AS n,
       pg_catalog.sum(c.n OPERATOR(pg_catalog.*) pg_catalog.abs(c.predicted OPERATOR(pg_catalog.-) c.observed))
           OPERATOR(pg_catalog./) pg_catalog.sum(c.n)::pg_catalog.float8 AS ece,
       (SELECT pg_catalog.avg(((f.confidence::pg_catalog.float8) OPERATOR(pg_catalog.-) f.useful::pg_catalog.int4)
                              OPERATOR(pg_catalog.^) 2)
        FROM engram.feedback f
        WHERE f.space OPERATOR(pg_catalog.=) c.space AND f.confidence IS NOT NULL) AS brier
FROM engram.calibration c
GROUP BY c.space;
COMMENT ON VIEW engram.calibration_error IS 'How well confidence predicts use, for each space';
COMMENT ON COLUMN engram.calibration_error.n IS 'Answers counted';
COMMENT ON COLUMN engram.calibration_error.ece IS 'Expected calibration error over ten bins: 0 is perfect';
COMMENT ON COLUMN engram.calibration_error.brier IS 'Brier score, the mean squared error: 0 is perfect, .25 is a constant .5';
CREATE OR REPLACE FUNCTION @extschema@.engram_confirm(
	"id" uuid,
	"by" uuid DEFAULT NULL,
	"source" TEXT DEFAULT NULL,
	"weight" real DEFAULT 1,
	"space" TEXT DEFAULT NULL
) RETURNS TABLE (
	"counted" bool,
	"reason" TEXT,
	"confidence" real,
	"confidence_low" real,
	"confidence_high" real
)
VOLATILE PARALLEL UNSAFE
LANGUAGE c
AS 'MODULE_PATHNAME', 'engram_confirm_wrapper';
CREATE OR REPLACE FUNCTION @extschema@.engram_contradict(
	"id" uuid,
	"by" uuid DEFAULT NULL,
	"source" TEXT DEFAULT NULL,
	"weight" real DEFAULT 1,
	"space" TEXT DEFAULT NULL
) RETURNS TABLE (
	"counted" bool,
	"reason" TEXT,
	"confidence" real,
	"confidence_low" real,
	"confidence_high" real
)
VOLATILE PARALLEL UNSAFE
LANGUAGE c
AS 'MODULE_PATHNAME', 'engram_contradict_wrapper';
CREATE OR REPLACE FUNCTION @extschema@.engram_reinstate(
	"id" uuid,
	"space" TEXT DEFAULT NULL
) RETURNS bool
VOLATILE PARALLEL UNSAFE
LANGUAGE c
AS 'MODULE_PATHNAME', 'engram_reinstate_wrapper';
CREATE OR REPLACE FUNCTION @extschema@.engram_answer_confidence(
	"cue" TEXT DEFAULT NULL,
	"embedding" vector DEFAULT NULL,
	"space" TEXT DEFAULT NULL,
	"k" INT DEFAULT 10,
	"min_score" real DEFAULT 0,
	"as_of" timestamp with time zone DEFAULT NULL
) RETURNS TABLE (
	"confidence" engram.confidence,
	"decay" real,
	"spread" real,
	"evidence" real,
	"memories" INT
)
VOLATILE PARALLEL RESTRICTED
LANGUAGE c
AS 'MODULE_PATHNAME', 'engram_answer_confidence_wrapper';
DROP FUNCTION IF EXISTS @extschema@.engram_supersede(uuid, uuid, text);
CREATE OR REPLACE FUNCTION @extschema@.engram_supersede(
	"old" uuid,
	"new" uuid DEFAULT NULL,
	"space" TEXT DEFAULT NULL,
	"content" TEXT DEFAULT NULL,
	"embedding" vector DEFAULT NULL,
	"valid_from" timestamp with time zone DEFAULT NULL,
	"source" TEXT DEFAULT NULL,
	"confidence" real DEFAULT NULL
) RETURNS uuid
VOLATILE PARALLEL UNSAFE
LANGUAGE c
AS 'MODULE_PATHNAME', 'engram_supersede_0_4_wrapper';
COMMENT ON FUNCTION @extschema@.engram_supersede IS 'Replaces a memory by another one, or by one made of a content; returns the one that holds';
COMMENT ON FUNCTION @extschema@.engram_reinstate IS 'Undoes the replacement of a memory';
COMMENT ON FUNCTION @extschema@.engram_confirm IS 'Counts evidence for a memory, once for each independent source';
COMMENT ON FUNCTION @extschema@.engram_contradict IS 'Counts evidence against a memory, once for each independent source';
COMMENT ON FUNCTION @extschema@.engram_answer_confidence IS 'Returns how sure the answer to a question is as a whole, and what makes it unsure';
GRANT SELECT ON engram.evidence, engram.supersession, engram.contradictions, engram.calibration, engram.calibration_error
    TO engram_reader;
REVOKE ALL ON FUNCTION engram.feedback_before() FROM PUBLIC;
REVOKE ALL ON FUNCTION engram.believed(text, timestamptz), @extschema@.engram_and(engram.confidence, engram.confidence),
    @extschema@.engram_and(engram.confidence), @extschema@.engram_or(engram.confidence, engram.confidence),
    @extschema@.engram_or(engram.confidence), @extschema@.engram_not(engram.confidence), @extschema@.engram_answer_confidence,
    @extschema@.engram_supersede, @extschema@.engram_reinstate, @extschema@.engram_confirm, @extschema@.engram_contradict FROM PUBLIC;
GRANT EXECUTE ON FUNCTION engram.believed(text, timestamptz), @extschema@.engram_and(engram.confidence, engram.confidence),
    @extschema@.engram_and(engram.confidence), @extschema@.engram_or(engram.confidence, engram.confidence),
    @extschema@.engram_or(engram.confidence), @extschema@.engram_not(engram.confidence), @extschema@.engram_answer_confidence
    TO engram_reader;
GRANT EXECUTE ON FUNCTION @extschema@.engram_supersede, @extschema@.engram_reinstate, @extschema@.engram_confirm,
    @extschema@.engram_contradict TO engram_writer;
SELECT pg_catalog.pg_extension_config_dump('engram.evidence', '');
SELECT pg_catalog.pg_extension_config_dump('engram.supersession', '');
-- As in a new installation, new foreign keys check no row that is written: restores load tables in any order.
DO $engram$
DECLARE
    t record;
BEGIN
    FOR t IN
        SELECT c.tgname, c.tgrelid::pg_catalog.regclass AS relation
        FROM pg_catalog.pg_trigger c
        JOIN pg_catalog.pg_class r ON r.oid OPERATOR(pg_catalog.=) c.tgrelid
        JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) r.relnamespace
        WHERE n.nspname OPERATOR(pg_catalog.=) 'engram'
          AND c.tgfoid OPERATOR(pg_catalog.=) 'pg_catalog."RI_FKey_check_ins"'::pg_catalog.regproc
          AND c.tgenabled OPERATOR(pg_catalog.<>) 'D'
    LOOP
        EXECUTE pg_catalog.format('ALTER TABLE %s DISABLE TRIGGER %I', t.relation, t.tgname);
    END LOOP;
END
$engram$;

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
ALTER TABLE engram.watch ADD COLUMN IF NOT EXISTS name text;
ALTER TABLE engram.watch ADD COLUMN IF NOT EXISTS events text[] NOT NULL DEFAULT '{remember,recall}'
    CHECK (pg_catalog.cardinality(events) OPERATOR(pg_catalog.>) 0 AND events OPERATOR(pg_catalog.<@) ARRAY['remember', 'recall']);
COMMENT ON COLUMN engram.watch.owner_role IS 'Role whose rights decide which memories are announced';
COMMENT ON COLUMN engram.watch.filter IS 'What the metadata of a memory must contain';
COMMENT ON COLUMN engram.watch.channel IS 'Channel of NOTIFY, as engram_channel names it';
COMMENT ON COLUMN engram.watch.name IS 'What its owner calls it';
COMMENT ON COLUMN engram.watch.events IS 'What is announced: new memories (remember), and memories that a recall returned (recall)';


CREATE TABLE IF NOT EXISTS engram.announcement (
    space    text COLLATE "C" NOT NULL,
    entry    uuid NOT NULL,
    event    text NOT NULL CHECK (event OPERATOR(pg_catalog.=) ANY (ARRAY['remember', 'forget', 'belief'])),
    ids      uuid[] NOT NULL,
    activity boolean NOT NULL,
    PRIMARY KEY (space, entry)
) WITH (autovacuum_vacuum_scale_factor = 0.05);
COMMENT ON TABLE engram.announcement IS 'What the worker has still to announce to watches and as activity; belongs to one cluster, never dumped';
COMMENT ON COLUMN engram.announcement.entry IS 'UUID version 7: ascends with time';
COMMENT ON COLUMN engram.announcement.event IS 'What happened to the memories: remember, forget or belief';
COMMENT ON COLUMN engram.announcement.ids IS 'The memories, of one statement';
COMMENT ON COLUMN engram.announcement.activity IS 'Whether it is announced as activity, beside what watches make of it';
ALTER TABLE engram.announcement ENABLE ROW LEVEL SECURITY;
SELECT pg_catalog.pg_extension_config_dump('engram.announcement', 'WHERE false');

DROP POLICY IF EXISTS reader ON engram.watch;
CREATE POLICY reader ON engram.watch FOR SELECT USING (
    engram.may_read(space)
    AND (pg_catalog.pg_has_role(pg_catalog.to_regrole(pg_catalog.quote_ident(owner_role)), 'USAGE')
         OR EXISTS (SELECT FROM engram.space s
                    WHERE s.space OPERATOR(pg_catalog.=) watch.space
                      AND pg_catalog.pg_has_role(pg_catalog.to_regrole(pg_catalog.quote_ident(s.owner_role)), 'USAGE'))));

CREATE OR REPLACE VIEW engram.watches WITH (security_invoker = true) AS
SELECT w.space, w.watch, w.name, w.cue, w.threshold, w.events, w.filter, w.channel, w.owner_role,
       pg_catalog.to_regrole(pg_catalog.quote_ident(w.owner_role)) IS NOT NULL AS owner_exists,
       w.created_at
FROM engram.watch w;
COMMENT ON VIEW engram.watches IS 'Watches of the current user, and of the spaces it owns';
COMMENT ON COLUMN engram.watches.owner_exists IS 'Whether there is a role of that name; a watch without one announces nothing';
GRANT SELECT ON engram.watches TO engram_reader;

CREATE OR REPLACE FUNCTION @extschema@.engram_watch(
	"cue" TEXT DEFAULT NULL,
	"threshold" double precision DEFAULT 0.5,
	"embedding" vector DEFAULT NULL,
	"space" TEXT DEFAULT NULL,
	"name" TEXT DEFAULT NULL,
	"events" TEXT[] DEFAULT '{remember,recall}',
	"filter" jsonb DEFAULT NULL
) RETURNS uuid
VOLATILE PARALLEL UNSAFE
LANGUAGE c
AS 'MODULE_PATHNAME', 'engram_watch_wrapper';
CREATE OR REPLACE FUNCTION @extschema@.engram_unwatch(
	"id" uuid,
	"space" TEXT DEFAULT NULL
) RETURNS bool
VOLATILE PARALLEL UNSAFE
LANGUAGE c
AS 'MODULE_PATHNAME', 'engram_unwatch_wrapper';
CREATE OR REPLACE FUNCTION @extschema@.engram_channel(
	"space" TEXT DEFAULT NULL
) RETURNS TEXT
STABLE PARALLEL SAFE
LANGUAGE c
AS 'MODULE_PATHNAME', 'engram_channel_wrapper';
COMMENT ON FUNCTION @extschema@.engram_watch IS 'Makes a watch: what activates its cue above a threshold is announced by NOTIFY, by id';
COMMENT ON FUNCTION @extschema@.engram_unwatch IS 'Removes a watch; false where there is none of that id';
COMMENT ON FUNCTION @extschema@.engram_channel IS 'Channel on which watches and activity of a space are announced';
REVOKE ALL ON ROUTINE @extschema@.engram_watch, @extschema@.engram_unwatch, @extschema@.engram_channel FROM PUBLIC;
GRANT EXECUTE ON ROUTINE @extschema@.engram_watch, @extschema@.engram_unwatch, @extschema@.engram_channel TO engram_reader;

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

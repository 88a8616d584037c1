\echo Use "ALTER EXTENSION engram UPDATE" to load this file. \quit

-- Every statement may be run again. Functions whose arguments change are dropped and made anew: the library keeps the
-- entry points of the former version, so that sessions work between the new library and this script.

-- Runs of consolidation, beliefs and snapshots.
ALTER TABLE engram.citation
    ADD COLUMN IF NOT EXISTS occurred_at timestamptz;
ALTER TABLE engram.consolidation_run
    ADD COLUMN IF NOT EXISTS version bigint,
    ADD COLUMN IF NOT EXISTS cause text NOT NULL DEFAULT 'function' CHECK (cause OPERATOR(pg_catalog.=) ANY (ARRAY['function', 'worker', 'undo'])),
    ADD COLUMN IF NOT EXISTS counts jsonb NOT NULL DEFAULT '{}';
ALTER TABLE engram.consolidation_snapshot
    ADD COLUMN IF NOT EXISTS version bigint NOT NULL DEFAULT 0,
    ADD COLUMN IF NOT EXISTS until bigint,
    ADD COLUMN IF NOT EXISTS regularity jsonb,
    ADD COLUMN IF NOT EXISTS contradicts uuid[] NOT NULL DEFAULT '{}',
    ADD COLUMN IF NOT EXISTS parents uuid[] NOT NULL DEFAULT '{}';
CREATE INDEX IF NOT EXISTS consolidation_snapshot_current ON engram.consolidation_snapshot (space, belief) WHERE until IS NULL;
ALTER TABLE engram.belief_event
    ADD COLUMN IF NOT EXISTS kind text CHECK (kind OPERATOR(pg_catalog.=) ANY (ARRAY['formed', 'strengthened', 'weakened', 'merged', 'split',
                                                                        'retired', 'revived', 'contradicted', 'undone'])),
    ADD COLUMN IF NOT EXISTS confidence_before real,
    ADD COLUMN IF NOT EXISTS confidence_after real,
    ADD COLUMN IF NOT EXISTS version bigint;
COMMENT ON TABLE engram.citation IS 'Evidence of a belief';
COMMENT ON COLUMN engram.citation.supports IS 'Whether the evidence speaks for the belief';
COMMENT ON COLUMN engram.citation.weight IS 'How close the evidence is to the middle of the belief, 0 to 1, where a run wrote it';
COMMENT ON COLUMN engram.citation.occurred_at IS 'When what the evidence tells happened';
CREATE UNIQUE INDEX IF NOT EXISTS consolidation_run_version ON engram.consolidation_run (space, version) WHERE version IS NOT NULL;
COMMENT ON TABLE engram.consolidation_run IS 'Runs of consolidation: input, result, duration';
COMMENT ON COLUMN engram.consolidation_run.input_hash IS 'Hash of the rows and settings the run read';
COMMENT ON COLUMN engram.consolidation_run.signature IS 'Hash of what the run made; the same input gives the same signature';
COMMENT ON COLUMN engram.consolidation_run.duration_ms IS 'Duration in milliseconds';
COMMENT ON COLUMN engram.consolidation_run.novelty IS 'How much of the beliefs is new, 0 to 1';
COMMENT ON COLUMN engram.consolidation_run.undo IS 'When and by whom the run was undone; empty while it stands';
COMMENT ON COLUMN engram.consolidation_run.version IS 'Version of the beliefs that the run published; null when it changed nothing';
COMMENT ON COLUMN engram.consolidation_run.cause IS 'Who asked for it: function, worker, or undo for what engram_undo published';
COMMENT ON COLUMN engram.consolidation_run.counts IS 'What it did: number of beliefs for each action, of those it left as somebody had edited them (edited), of those beyond the quota (refused), of classes, and of what it wrote (written)';
COMMENT ON TABLE engram.consolidation_snapshot IS 'Beliefs as runs published them: the latest snapshot of a space is its rows without an end, the one of a version its rows that were current then';
COMMENT ON COLUMN engram.consolidation_snapshot.run IS 'Run that published the belief in this form';
COMMENT ON COLUMN engram.consolidation_snapshot.label IS 'Terms that distinguish the belief';
COMMENT ON COLUMN engram.consolidation_snapshot.citations IS 'Number of memories that it cites';
COMMENT ON COLUMN engram.consolidation_snapshot.version IS 'Version of the beliefs from which on it is so';
COMMENT ON COLUMN engram.consolidation_snapshot.until IS 'First version in which it is not; null while it is so';
COMMENT ON COLUMN engram.consolidation_snapshot.regularity IS 'Rhythm: period_seconds, strength (0 to 1) and p_value; null where there is none';
COMMENT ON COLUMN engram.consolidation_snapshot.contradicts IS 'Beliefs that cannot hold together with it';
COMMENT ON COLUMN engram.consolidation_snapshot.parents IS 'Beliefs it was merged from or split off';
COMMENT ON TABLE engram.belief_event IS 'Every change of a belief; append-only, removed in batches by age and number';
COMMENT ON COLUMN engram.belief_event.event IS 'UUID version 7: ascends with time';
COMMENT ON COLUMN engram.belief_event.citation_delta IS 'How many memories more it cites than before';
COMMENT ON COLUMN engram.belief_event.novelty IS 'Share of its evidence that is new, 0 to 1';
COMMENT ON COLUMN engram.belief_event.kind IS 'formed, strengthened, weakened, merged, split, retired, revived, contradicted or undone';
COMMENT ON COLUMN engram.belief_event.confidence_before IS 'Confidence before; null where it did not hold';
COMMENT ON COLUMN engram.belief_event.confidence_after IS 'Confidence after; null where it does not hold any more';
COMMENT ON COLUMN engram.belief_event.version IS 'Version of the beliefs that the run published';
CREATE TABLE IF NOT EXISTS engram.belief (
    space       text COLLATE "C" NOT NULL,
    id          uuid NOT NULL,
    state       text NOT NULL DEFAULT 'active' CHECK (state OPERATOR(pg_catalog.=) ANY (ARRAY['active', 'retired'])),
    label       text,
    founded_by  uuid,
    regularity  jsonb,
    cohesion    real,
    first_at    timestamptz,
    last_at     timestamptz,
    count       integer NOT NULL DEFAULT 0,
    retired_at  timestamptz,
    contradicts uuid[] NOT NULL DEFAULT '{}',
    conflicts   jsonb NOT NULL DEFAULT '[]',
    written     bytea,
    evidence_for real NOT NULL DEFAULT 0,
    evidence_against real NOT NULL DEFAULT 0,
    PRIMARY KEY (space, id),
    FOREIGN KEY (space, id) REFERENCES engram.memory (space, id) ON DELETE CASCADE
) WITH (autovacuum_vacuum_scale_factor = 0.05);
COMMENT ON TABLE engram.belief IS 'What consolidation knows of a belief beside its memory';
COMMENT ON COLUMN engram.belief.state IS 'active, or retired: its evidence is gone, and its memory is suppressed';
COMMENT ON COLUMN engram.belief.label IS 'Terms that distinguish it';
COMMENT ON COLUMN engram.belief.founded_by IS 'Run that formed it';
COMMENT ON COLUMN engram.belief.regularity IS 'Rhythm: period_seconds, strength (0 to 1) and p_value; null where there is none';
COMMENT ON COLUMN engram.belief.cohesion IS 'Mean similarity of two of its memories';
COMMENT ON COLUMN engram.belief.first_at IS 'When the first of its memories happened';
COMMENT ON COLUMN engram.belief.last_at IS 'When the last of its memories happened';
COMMENT ON COLUMN engram.belief.count IS 'Number of memories that it rests on';
COMMENT ON COLUMN engram.belief.retired_at IS 'When it was retired; null while it is active';
COMMENT ON COLUMN engram.belief.contradicts IS 'Beliefs that cannot hold together with it';
COMMENT ON COLUMN engram.belief.conflicts IS 'For each of them why, and what the engine proposes';
COMMENT ON COLUMN engram.belief.evidence_for IS 'What its citations speak for it, beside what engram_confirm has added';
COMMENT ON COLUMN engram.belief.evidence_against IS 'What speaks against it, beside what engram_contradict has added';
COMMENT ON COLUMN engram.belief.written IS 'Digest of the memory as the last run wrote it: a memory that is otherwise was edited, and its edit wins';

-- No foreign key to the parent: a lineage says where a belief comes from when the parent is long forgotten.
CREATE TABLE IF NOT EXISTS engram.lineage (
    space  text COLLATE "C" NOT NULL,
    child  uuid NOT NULL,
    parent uuid NOT NULL,
    run    uuid NOT NULL,
    kind   text NOT NULL CHECK (kind OPERATOR(pg_catalog.=) ANY (ARRAY['merged', 'split'])),
    PRIMARY KEY (space, child, parent, run),
    FOREIGN KEY (space, child) REFERENCES engram.memory (space, id) ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS lineage_parent ON engram.lineage (space, parent);
COMMENT ON TABLE engram.lineage IS 'Which belief comes from which';
COMMENT ON COLUMN engram.lineage.run IS 'Run that merged or split them';
COMMENT ON COLUMN engram.lineage.kind IS 'merged: the child took the parent in; split: it left the parent';

CREATE TABLE IF NOT EXISTS engram.consolidation_touch (
    space      text COLLATE "C" NOT NULL,
    run        uuid NOT NULL,
    entry      integer NOT NULL,
    what       text NOT NULL CHECK (what OPERATOR(pg_catalog.=) ANY (ARRAY['memory', 'belief', 'citation', 'lineage'])),
    id         uuid NOT NULL,
    other      uuid,
    before     jsonb,
    after_hash bytea,
    PRIMARY KEY (space, run, entry),
    FOREIGN KEY (space, run) REFERENCES engram.consolidation_run (space, run) ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS consolidation_touch_id ON engram.consolidation_touch (space, id);
CREATE INDEX IF NOT EXISTS consolidation_touch_other ON engram.consolidation_touch (space, other) WHERE other IS NOT NULL;
COMMENT ON TABLE engram.consolidation_touch IS 'Rows that a run changed, with what they were: what engram_undo goes by';
COMMENT ON COLUMN engram.consolidation_touch.entry IS 'Counts from 1 in the order of the changes';
COMMENT ON COLUMN engram.consolidation_touch.what IS 'Table of the row: memory, belief, citation or lineage';
COMMENT ON COLUMN engram.consolidation_touch.id IS 'The belief';
COMMENT ON COLUMN engram.consolidation_touch.other IS 'Evidence of a citation, parent of a lineage';
COMMENT ON COLUMN engram.consolidation_touch.before IS 'The row as it was, without the column changed; null when the run made it';
COMMENT ON COLUMN engram.consolidation_touch.after_hash IS 'Digest of the row as the run left it, without the column changed; null when the run removed it';

CREATE TABLE IF NOT EXISTS engram.consolidation (
    space             text COLLATE "C" NOT NULL,
    paused            boolean NOT NULL DEFAULT false,
    version           bigint NOT NULL DEFAULT 0,
    last_run          uuid,
    last_completed_at timestamptz,
    failures_in_row   integer NOT NULL DEFAULT 0,
    low_novelty_runs  integer NOT NULL DEFAULT 0,
    next_due          timestamptz,
    kept_from         bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (space)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
COMMENT ON TABLE engram.consolidation IS 'State of consolidation for each space that was ever consolidated or paused';
COMMENT ON COLUMN engram.consolidation.paused IS 'The scheduler leaves the space alone';
COMMENT ON COLUMN engram.consolidation.version IS 'Grows by one with each snapshot of beliefs';
COMMENT ON COLUMN engram.consolidation.last_run IS 'The last run that completed';
COMMENT ON COLUMN engram.consolidation.last_completed_at IS 'When it completed';
COMMENT ON COLUMN engram.consolidation.failures_in_row IS 'Runs that failed since one completed';
COMMENT ON COLUMN engram.consolidation.low_novelty_runs IS 'Runs in a row, of those that read something new, whose novelty was below .01';
COMMENT ON COLUMN engram.consolidation.next_due IS 'When the scheduler runs the space next, if something is new';
COMMENT ON COLUMN engram.consolidation.kept_from IS 'First version whose beliefs are kept: those of versions before were removed by age';
-- What is known of a belief is as visible as its memory: a label that hides the memory hides it, too. Events outlive their belief, for the owner.
ALTER TABLE engram.citation ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS reader ON engram.citation;
CREATE POLICY reader ON engram.citation FOR SELECT USING (
    EXISTS (SELECT FROM engram.memory m
            WHERE m.space OPERATOR(pg_catalog.=) citation.space
              AND m.id OPERATOR(pg_catalog.=) citation.belief)
    AND EXISTS (SELECT FROM engram.memory m
                WHERE m.space OPERATOR(pg_catalog.=) citation.space
                  AND m.id OPERATOR(pg_catalog.=) citation.evidence));
ALTER TABLE engram.consolidation_run ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS reader ON engram.consolidation_run;
CREATE POLICY reader ON engram.consolidation_run FOR SELECT USING (engram.may_read(space));
ALTER TABLE engram.consolidation_snapshot ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS reader ON engram.consolidation_snapshot;
CREATE POLICY reader ON engram.consolidation_snapshot FOR SELECT USING (
    EXISTS (SELECT FROM engram.memory m
            WHERE m.space OPERATOR(pg_catalog.=) consolidation_snapshot.space
              AND m.id OPERATOR(pg_catalog.=) consolidation_snapshot.belief));
ALTER TABLE engram.belief_event ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS reader ON engram.belief_event;
CREATE POLICY reader ON engram.belief_event FOR SELECT USING (
    EXISTS (SELECT FROM engram.memory m
            WHERE m.space OPERATOR(pg_catalog.=) belief_event.space
              AND m.id OPERATOR(pg_catalog.=) belief_event.belief)
    OR EXISTS (SELECT FROM engram.space s
               WHERE s.space OPERATOR(pg_catalog.=) belief_event.space
                 AND pg_catalog.pg_has_role(pg_catalog.to_regrole(pg_catalog.quote_ident(s.owner_role)), 'USAGE')));
ALTER TABLE engram.belief ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS reader ON engram.belief;
CREATE POLICY reader ON engram.belief FOR SELECT USING (
    EXISTS (SELECT FROM engram.memory m
            WHERE m.space OPERATOR(pg_catalog.=) belief.space
              AND m.id OPERATOR(pg_catalog.=) belief.id));
ALTER TABLE engram.lineage ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS reader ON engram.lineage;
CREATE POLICY reader ON engram.lineage FOR SELECT USING (
    EXISTS (SELECT FROM engram.memory m
            WHERE m.space OPERATOR(pg_catalog.=) lineage.space
              AND m.id OPERATOR(pg_catalog.=) lineage.child));
ALTER TABLE engram.consolidation_touch ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS reader ON engram.consolidation_touch;
CREATE POLICY reader ON engram.consolidation_touch FOR SELECT USING (
    EXISTS (SELECT FROM engram.memory m
            WHERE m.space OPERATOR(pg_catalog.=) consolidation_touch.space
              AND m.id OPERATOR(pg_catalog.=) consolidation_touch.id));
ALTER TABLE engram.consolidation ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS reader ON engram.consolidation;
CREATE POLICY reader ON engram.consolidation FOR SELECT USING (engram.may_read(space));
SELECT pg_catalog.pg_extension_config_dump('engram.belief', '');
SELECT pg_catalog.pg_extension_config_dump('engram.lineage', '');
SELECT pg_catalog.pg_extension_config_dump('engram.consolidation_touch', '');
SELECT pg_catalog.pg_extension_config_dump('engram.consolidation', '');
GRANT SELECT ON engram.belief, engram.lineage, engram.consolidation_touch, engram.consolidation TO engram_reader;
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

CREATE OR REPLACE FUNCTION @extschema@.engram_consolidate(
	"space" TEXT DEFAULT NULL,
	"dry_run" bool DEFAULT false
) RETURNS TABLE (
	"action" TEXT,
	"belief" uuid,
	"content" TEXT,
	"evidence_for" real,
	"evidence_against" real,
	"confidence" real,
	"citations" uuid[],
	"detail" TEXT
)
VOLATILE PARALLEL UNSAFE
LANGUAGE c
AS 'MODULE_PATHNAME', 'engram_consolidate_wrapper';
COMMENT ON FUNCTION @extschema@.engram_consolidate IS 'Turns the episodes of a space into beliefs now, or returns what that would do';
REVOKE ALL ON FUNCTION @extschema@.engram_consolidate FROM PUBLIC;
GRANT EXECUTE ON FUNCTION @extschema@.engram_consolidate TO engram_writer;

-- Undo, belief events.
-- A row that consolidation writes, as engram.consolidation_touch keeps it. Its space is that of the touch. What the server changes by
-- itself is left out: the transaction, and the tier. A memory in the cold tier is shown as it was before it moved there.
CREATE OR REPLACE FUNCTION engram.touched_row(space text, what text, id uuid, other uuid) RETURNS jsonb
    LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $touched$
    SELECT CASE $2
        WHEN 'memory' THEN
            (SELECT (pg_catalog.to_jsonb(m) OPERATOR(pg_catalog.-) ARRAY['space', 'changed', 'cold', 'pinned'])
                    OPERATOR(pg_catalog.||)
                    CASE WHEN m.content OPERATOR(pg_catalog.=) '' THEN
                        (SELECT pg_catalog.jsonb_build_object('content', c.content, 'embedding', c.embedding) FROM engram.cold c
                         WHERE c.space OPERATOR(pg_catalog.=) m.space AND c.id OPERATOR(pg_catalog.=) m.id)
                    ELSE '{}' END
             FROM engram.memory m
             WHERE m.space OPERATOR(pg_catalog.=) $1 AND m.id OPERATOR(pg_catalog.=) $3)
        WHEN 'belief' THEN
            (SELECT pg_catalog.to_jsonb(b) OPERATOR(pg_catalog.-) 'space' FROM engram.belief b
             WHERE b.space OPERATOR(pg_catalog.=) $1 AND b.id OPERATOR(pg_catalog.=) $3)
        WHEN 'citation' THEN
            (SELECT pg_catalog.to_jsonb(c) OPERATOR(pg_catalog.-) 'space' FROM engram.citation c
             WHERE c.space OPERATOR(pg_catalog.=) $1 AND c.belief OPERATOR(pg_catalog.=) $3
               AND c.evidence OPERATOR(pg_catalog.=) $4)
        WHEN 'lineage' THEN
            (SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(l) OPERATOR(pg_catalog.-) 'space' ORDER BY l.run) FROM engram.lineage l
             WHERE l.space OPERATOR(pg_catalog.=) $1 AND l.child OPERATOR(pg_catalog.=) $3
               AND l.parent OPERATOR(pg_catalog.=) $4)
    END
$touched$;
COMMENT ON FUNCTION engram.touched_row(text, text, uuid, uuid) IS 'A row that consolidation writes, as engram.consolidation_touch keeps it; null where there is none';

-- Cues are left out, too: the worker adds names that the space has learned since.
CREATE OR REPLACE FUNCTION engram.touched_hash(touched jsonb) RETURNS bytea
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $hash$
    SELECT pg_catalog.sha256(pg_catalog.convert_to((touched OPERATOR(pg_catalog.-) 'cues')::pg_catalog.text, 'UTF8'))
$hash$;
COMMENT ON FUNCTION engram.touched_hash(jsonb) IS 'Digest of a row that consolidation writes: the same row has the same digest in every session';

-- What consolidation has published, for people.
CREATE OR REPLACE VIEW engram.beliefs WITH (security_invoker = true) AS
SELECT s.space, s.belief, s.content, s.label,
       s.evidence_for OPERATOR(pg_catalog./) (s.evidence_for OPERATOR(pg_catalog.+) s.evidence_against) AS confidence,
       s.citations, s.first_at, s.last_at,
       pg_catalog.make_interval(secs => (s.regularity OPERATOR(pg_catalog.->>) 'period_seconds')::pg_catalog.float8) AS period,
       s.contradicts, s.parents, s.run, s.version, r.finished_at AS published_at
FROM engram.consolidation_snapshot s
JOIN engram.consolidation_run r ON r.space OPERATOR(pg_catalog.=) s.space AND r.run OPERATOR(pg_catalog.=) s.run
WHERE s.until IS NULL;
COMMENT ON VIEW engram.beliefs IS 'The latest published beliefs';
COMMENT ON COLUMN engram.beliefs.label IS 'Terms that distinguish the belief';
COMMENT ON COLUMN engram.beliefs.confidence IS 'Mean of its Beta distribution';
COMMENT ON COLUMN engram.beliefs.citations IS 'Number of memories that it cites';
COMMENT ON COLUMN engram.beliefs.period IS 'Time between two occurrences, where they are regular';
COMMENT ON COLUMN engram.beliefs.run IS 'Run that published it in this form';
COMMENT ON COLUMN engram.beliefs.version IS 'Version of the beliefs from which on it is so';
COMMENT ON COLUMN engram.beliefs.published_at IS 'When it was published in this form';

CREATE OR REPLACE VIEW engram.belief_events WITH (security_invoker = true) AS
SELECT e.space, e.event, e.at, e.kind, e.belief, b.content, e.confidence_before, e.confidence_after, e.citation_delta, e.novelty,
       e.run, e.version
FROM engram.belief_event e
LEFT JOIN engram.consolidation_snapshot b
    ON b.space OPERATOR(pg_catalog.=) e.space AND b.belief OPERATOR(pg_catalog.=) e.belief AND b.until IS NULL;
COMMENT ON VIEW engram.belief_events IS 'What became of beliefs, with what they say now';
COMMENT ON COLUMN engram.belief_events.content IS 'What the belief says in the latest published version; null where it is not in it';

-- Each pair once: both beliefs have it, each from its side.
CREATE OR REPLACE VIEW engram.belief_conflicts WITH (security_invoker = true) AS
SELECT b.space, b.id AS belief, m.content, o.id AS other, o.content AS other_content,
       c.said OPERATOR(pg_catalog.->>) 'ground' AS ground,
       c.said OPERATOR(pg_catalog.->>) 'key' AS key,
       c.said OPERATOR(pg_catalog.->>) 'says' AS value,
       c.said OPERATOR(pg_catalog.->>) 'other' AS other_value,
       c.said OPERATOR(pg_catalog.->>) 'proposal' AS proposal,
       (c.said OPERATOR(pg_catalog.->>) 'keep')::pg_catalog.uuid AS keep,
       c.said OPERATOR(pg_catalog.->>) 'reason' AS reason,
       CASE WHEN m.superseded_by OPERATOR(pg_catalog.=) o.id THEN o.id
            WHEN o.superseded_by OPERATOR(pg_catalog.=) m.id THEN m.id END AS resolved_to
FROM engram.belief b
CROSS JOIN LATERAL pg_catalog.jsonb_array_elements(b.conflicts) AS c(said)
JOIN engram.memories m ON m.space OPERATOR(pg_catalog.=) b.space AND m.id OPERATOR(pg_catalog.=) b.id
JOIN engram.memories o ON o.space OPERATOR(pg_catalog.=) b.space
    AND o.id OPERATOR(pg_catalog.=) (c.said OPERATOR(pg_catalog.->>) 'with')::pg_catalog.uuid
WHERE b.state OPERATOR(pg_catalog.=) 'active' AND b.id OPERATOR(pg_catalog.<) o.id;
COMMENT ON VIEW engram.belief_conflicts IS 'Beliefs that cannot hold together, with why and with what consolidation proposes';
COMMENT ON COLUMN engram.belief_conflicts.ground IS 'marked by engram_contradict; metadata, one key with two values; or frame, one sentence with two numbers, dates or names';
COMMENT ON COLUMN engram.belief_conflicts.key IS 'Key of the metadata; null for another ground';
COMMENT ON COLUMN engram.belief_conflicts.value IS 'What the belief has where they differ';
COMMENT ON COLUMN engram.belief_conflicts.other_value IS 'What the other one has there';
COMMENT ON COLUMN engram.belief_conflicts.proposal IS 'supersede, the kept one is newer; prefer, it is better founded; or open';
COMMENT ON COLUMN engram.belief_conflicts.keep IS 'Which of the two should stand; null while nobody can tell';
COMMENT ON COLUMN engram.belief_conflicts.reason IS 'Why';
COMMENT ON COLUMN engram.belief_conflicts.resolved_to IS 'Which of the two has replaced the other; null while both stand';

CREATE OR REPLACE FUNCTION @extschema@."engram_beliefs"(
	"space" TEXT DEFAULT NULL, /* Option < & str > */
	"as_of" timestamp with time zone DEFAULT NULL, /* Option < TimestampWithTimeZone > */
	"version" TEXT DEFAULT NULL /* Option < & str > */
) RETURNS TABLE (
	"belief" uuid,  /* Uuid */
	"content" TEXT,  /* String */
	"label" TEXT,  /* Option < String > */
	"confidence" real,  /* f32 */
	"confidence_low" real,  /* f32 */
	"confidence_high" real,  /* f32 */
	"citations" INT,  /* i32 */
	"first_at" timestamp with time zone,  /* Option < TimestampWithTimeZone > */
	"last_at" timestamp with time zone,  /* Option < TimestampWithTimeZone > */
	"regularity" jsonb,  /* Option < JsonB > */
	"state" TEXT,  /* String */
	"contradicts" uuid[],  /* Vec < Uuid > */
	"parents" uuid[],  /* Vec < Uuid > */
	"run" uuid,  /* Option < Uuid > */
	"version" TEXT,  /* Option < String > */
	"published_at" timestamp with time zone,  /* Option < TimestampWithTimeZone > */
	"on_demand" bool  /* bool */
)
STABLE PARALLEL RESTRICTED
LANGUAGE c /* Rust */
AS 'MODULE_PATHNAME', 'engram_beliefs_wrapper';

CREATE OR REPLACE FUNCTION @extschema@."engram_beliefs_version"(
	"space" TEXT DEFAULT NULL /* Option < & str > */
) RETURNS TEXT /* String */
STABLE PARALLEL RESTRICTED
LANGUAGE c /* Rust */
AS 'MODULE_PATHNAME', 'engram_beliefs_version_wrapper';

CREATE OR REPLACE FUNCTION @extschema@."engram_export_events"(
	"space" TEXT DEFAULT NULL, /* Option < & str > */
	"since" timestamp with time zone DEFAULT NULL, /* Option < TimestampWithTimeZone > */
	"after" uuid DEFAULT NULL, /* Option < Uuid > */
	"max_events" bigint DEFAULT NULL /* Option < i64 > */
) RETURNS SETOF TEXT /* String */
STABLE PARALLEL RESTRICTED
LANGUAGE c /* Rust */
AS 'MODULE_PATHNAME', 'engram_export_events_wrapper';

CREATE OR REPLACE FUNCTION @extschema@."engram_undo"(
	"run" uuid, /* Option < Uuid > */
	"space" TEXT DEFAULT NULL /* Option < & str > */
) RETURNS TABLE (
	"run" uuid,  /* Uuid */
	"beliefs" bigint,  /* i64 */
	"version" TEXT  /* String */
)
VOLATILE PARALLEL UNSAFE
LANGUAGE c /* Rust */
AS 'MODULE_PATHNAME', 'engram_undo_wrapper';
COMMENT ON FUNCTION @extschema@.engram_beliefs IS 'Returns the published beliefs of a space, the latest or those of a time or version; waits for no run';
COMMENT ON FUNCTION @extschema@.engram_beliefs_version IS 'What tells one version of the published beliefs of a space from another';
COMMENT ON FUNCTION @extschema@.engram_export_events IS 'Returns what became of beliefs as lines of JSON, in a stable order';
COMMENT ON FUNCTION @extschema@.engram_undo IS 'Undoes a run of consolidation: the rows that it changed become what they were';
GRANT SELECT ON engram.beliefs, engram.belief_events, engram.belief_conflicts TO engram_reader;
REVOKE ALL ON FUNCTION engram.touched_row(text, text, uuid, uuid), engram.touched_hash(jsonb), @extschema@.engram_beliefs,
    @extschema@.engram_beliefs_version, @extschema@.engram_export_events, @extschema@.engram_undo FROM PUBLIC;
GRANT EXECUTE ON FUNCTION @extschema@.engram_beliefs, @extschema@.engram_beliefs_version, @extschema@.engram_export_events TO engram_reader;
GRANT EXECUTE ON FUNCTION @extschema@.engram_undo TO engram_writer;

-- Scheduler and health.
CREATE TABLE IF NOT EXISTS engram.consolidation_seen (
    space text COLLATE "C" NOT NULL,
    seen  pg_snapshot NOT NULL,
    PRIMARY KEY (space)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
COMMENT ON TABLE engram.consolidation_seen IS 'What the last scheduled run of a space has seen, by which the scheduler knows what is new; belongs to one cluster, never dumped';
COMMENT ON COLUMN engram.consolidation_seen.seen IS 'Snapshot of the run: what transactions outside of it changed is new';

CREATE TABLE IF NOT EXISTS engram.worker_paused (
    worker    text COLLATE "C" NOT NULL,
    paused_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    paused_by name NOT NULL DEFAULT CURRENT_USER,
    PRIMARY KEY (worker)
);
COMMENT ON TABLE engram.worker_paused IS 'Workers that engram_worker_pause stopped in the whole database; never dumped';
COMMENT ON COLUMN engram.worker_paused.worker IS 'consolidator';
COMMENT ON COLUMN engram.worker_paused.paused_by IS 'Role that paused it';

-- No policy: nobody but the owner of the extension reads or writes these.
ALTER TABLE engram.consolidation_seen ENABLE ROW LEVEL SECURITY;
ALTER TABLE engram.worker_paused ENABLE ROW LEVEL SECURITY;

CREATE OR REPLACE FUNCTION engram.consolidation_health_of(
    OUT space text, OUT health text, OUT reason text, OUT remedy text, OUT "interval" interval,
    OUT last_completed_at timestamptz, OUT age interval, OUT freshness_seconds double precision,
    OUT failures_in_row integer, OUT novelty real, OUT low_novelty_runs integer,
    OUT publish_delay_seconds double precision, OUT paused boolean, OUT next_due timestamptz,
    OUT last_error text) RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL RESTRICTED
    AS 'MODULE_PATHNAME', 'consolidation_health_wrapper';
COMMENT ON FUNCTION engram.consolidation_health_of() IS 'Rows of engram.consolidation_health';

CREATE OR REPLACE VIEW engram.consolidation_health WITH (security_invoker = true) AS
SELECT h.space, h.health, h.reason, h.remedy, h."interval", h.last_completed_at, h.age, h.freshness_seconds,
       h.failures_in_row, h.novelty, h.low_novelty_runs, h.publish_delay_seconds, h.paused, h.next_due, h.last_error
FROM engram.consolidation_health_of() h;
COMMENT ON VIEW engram.consolidation_health IS 'How consolidation of each space fares, by the health contract; spaces that the current user may see';
COMMENT ON COLUMN engram.consolidation_health.health IS 'ok, degraded, stale, failing or stagnant';
COMMENT ON COLUMN engram.consolidation_health.reason IS 'Why it is so';
COMMENT ON COLUMN engram.consolidation_health.remedy IS 'What to do about it; null where all is well';
COMMENT ON COLUMN engram.consolidation_health."interval" IS 'Time between two runs of the space while something is new';
COMMENT ON COLUMN engram.consolidation_health.last_completed_at IS 'When the last run completed; null before the first';
COMMENT ON COLUMN engram.consolidation_health.age IS 'Time since then';
COMMENT ON COLUMN engram.consolidation_health.freshness_seconds IS 'How long something has waited to be consolidated; 0 while nothing is new';
COMMENT ON COLUMN engram.consolidation_health.failures_in_row IS 'Runs that failed since one completed';
COMMENT ON COLUMN engram.consolidation_health.novelty IS 'Novelty of the last run that completed, 0 to 1; null before the first';
COMMENT ON COLUMN engram.consolidation_health.low_novelty_runs IS 'Runs in a row with something new whose novelty was below .01';
COMMENT ON COLUMN engram.consolidation_health.publish_delay_seconds IS 'Time from the end of the last run to the commit that published it; null where no worker ran since the start of the server';
COMMENT ON COLUMN engram.consolidation_health.paused IS 'Paused, by itself or with the whole database';
COMMENT ON COLUMN engram.consolidation_health.next_due IS 'When the scheduler runs the space next, if something is new';
COMMENT ON COLUMN engram.consolidation_health.last_error IS 'Error of the last run, where it failed; for owners of the space and monitors';

CREATE OR REPLACE FUNCTION engram.consolidation_stat(
    OUT space text, OUT runs bigint, OUT failures bigint, OUT skipped bigint, OUT episodes bigint, OUT beliefs bigint,
    OUT total_seconds double precision, OUT last_seconds double precision, OUT longest_seconds double precision,
    OUT last_run_at timestamptz) RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL RESTRICTED
    AS 'MODULE_PATHNAME', 'consolidation_stat_wrapper';
COMMENT ON FUNCTION engram.consolidation_stat() IS 'Rows of engram.stat_consolidation';

CREATE OR REPLACE VIEW engram.stat_consolidation WITH (security_invoker = true) AS
SELECT s.space, s.runs, s.failures, s.skipped, s.episodes, s.beliefs, s.total_seconds, s.last_seconds, s.longest_seconds,
       s.last_run_at
FROM engram.consolidation_stat() s;
COMMENT ON VIEW engram.stat_consolidation IS 'What the consolidator has done in each space since the server started; spaces that the current user may see';
COMMENT ON COLUMN engram.stat_consolidation.runs IS 'Runs, completed and failed';
COMMENT ON COLUMN engram.stat_consolidation.failures IS 'Those of them that failed';
COMMENT ON COLUMN engram.stat_consolidation.skipped IS 'Times that a run was due and nothing was new';
COMMENT ON COLUMN engram.stat_consolidation.episodes IS 'Episodes that the last completed run rested on';
COMMENT ON COLUMN engram.stat_consolidation.beliefs IS 'Beliefs that it left';
COMMENT ON COLUMN engram.stat_consolidation.total_seconds IS 'Duration of all runs';

CREATE OR REPLACE FUNCTION engram.worker_pool_stat(
    OUT workers bigint, OUT max_workers bigint, OUT waiting bigint, OUT longest_wait_seconds double precision,
    OUT starved bigint, OUT warnings bigint) RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL RESTRICTED
    AS 'MODULE_PATHNAME', 'worker_pool_stat_wrapper';
COMMENT ON FUNCTION engram.worker_pool_stat() IS 'Row of engram.stat_worker_pool';

CREATE OR REPLACE VIEW engram.stat_worker_pool WITH (security_invoker = true) AS
SELECT p.workers, p.max_workers, p.waiting, p.longest_wait_seconds, p.starved, p.warnings
FROM engram.worker_pool_stat() p;
COMMENT ON VIEW engram.stat_worker_pool IS 'One row: how the workers of all databases share engram.max_workers';
COMMENT ON COLUMN engram.stat_worker_pool.workers IS 'Workers that are there';
COMMENT ON COLUMN engram.stat_worker_pool.waiting IS 'Visits that are due and have no worker';
COMMENT ON COLUMN engram.stat_worker_pool.longest_wait_seconds IS 'How long the first of them has waited';
COMMENT ON COLUMN engram.stat_worker_pool.starved IS 'Visits that waited longer than the time between two of them, since the server started';
COMMENT ON COLUMN engram.stat_worker_pool.warnings IS 'Warnings about that in the server log, at most one a minute';
SELECT pg_catalog.pg_extension_config_dump('engram.consolidation_seen', 'WHERE false');
SELECT pg_catalog.pg_extension_config_dump('engram.worker_paused', 'WHERE false');
DROP FUNCTION IF EXISTS @extschema@.engram_configure_space(text, integer, text, text, text[], text[], text, bigint, bigint, bigint);
CREATE OR REPLACE FUNCTION @extschema@.engram_configure_space(
    "space" text, "dimensions" integer DEFAULT NULL, "language" text DEFAULT NULL, "owner" text DEFAULT NULL,
    "readers" text[] DEFAULT NULL, "writers" text[] DEFAULT NULL, "encoder" text DEFAULT NULL,
    "quota_memories" bigint DEFAULT NULL, "quota_bytes" bigint DEFAULT NULL, "quota_hot_bytes" bigint DEFAULT NULL,
    "consolidation_interval" interval DEFAULT NULL, "settings" jsonb DEFAULT NULL) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'engram_configure_space_0_5_wrapper';
COMMENT ON FUNCTION @extschema@.engram_configure_space IS 'Changes a space; null leaves what is set';
REVOKE ALL ON FUNCTION @extschema@.engram_configure_space FROM PUBLIC;
GRANT EXECUTE ON FUNCTION @extschema@.engram_configure_space TO engram_writer;
CREATE OR REPLACE FUNCTION @extschema@.engram_worker_pause("worker" text DEFAULT 'consolidator', "space" text DEFAULT NULL) RETURNS boolean
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'engram_worker_pause_wrapper';
CREATE OR REPLACE FUNCTION @extschema@.engram_worker_resume("worker" text DEFAULT 'consolidator', "space" text DEFAULT NULL) RETURNS boolean
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'engram_worker_resume_wrapper';
CREATE OR REPLACE FUNCTION @extschema@.engram_worker_run_now(
    "worker" text DEFAULT 'consolidator', "space" text DEFAULT NULL, "wait" boolean DEFAULT false) RETURNS text
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'engram_worker_run_now_wrapper';
COMMENT ON FUNCTION @extschema@.engram_worker_pause IS 'Pauses consolidation of a space, or in the whole database, until engram_worker_resume; false where it was paused';
COMMENT ON FUNCTION @extschema@.engram_worker_resume IS 'Ends what engram_worker_pause began; false where nothing was paused';
COMMENT ON FUNCTION @extschema@.engram_worker_run_now IS 'Has a worker run at once, and waits for what comes of it where that is asked for';
GRANT SELECT ON engram.consolidation_health, engram.stat_consolidation, engram.stat_worker_pool TO engram_reader, pg_monitor;
REVOKE ALL ON FUNCTION engram.consolidation_health_of(), engram.consolidation_stat(), engram.worker_pool_stat(),
    @extschema@.engram_worker_pause, @extschema@.engram_worker_resume, @extschema@.engram_worker_run_now FROM PUBLIC;
GRANT EXECUTE ON FUNCTION engram.consolidation_health_of(), engram.consolidation_stat(), engram.worker_pool_stat()
    TO engram_reader, pg_monitor;
GRANT EXECUTE ON FUNCTION @extschema@.engram_worker_pause, @extschema@.engram_worker_resume, @extschema@.engram_worker_run_now
    TO engram_writer;

-- Rights of functions.

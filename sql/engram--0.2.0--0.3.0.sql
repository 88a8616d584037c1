\echo Use "ALTER EXTENSION engram UPDATE" to load this file. \quit

-- Every statement may be run again. Functions whose arguments change are dropped and made anew: the library keeps the
-- entry points of the former version, so that sessions work between the new library and this script.

-- The cold tier.
ALTER TABLE engram.memory
    ADD COLUMN IF NOT EXISTS cold boolean NOT NULL DEFAULT false,
    ADD COLUMN IF NOT EXISTS pinned boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN engram.memory.content IS 'What is remembered: at most 1 MB; blank only while engram.cold has it';
COMMENT ON COLUMN engram.memory.cold IS 'Content and embedding are in engram.cold; setting it moves them';
COMMENT ON COLUMN engram.memory.pinned IS 'Stays in the hot tier, and never becomes cold by itself';
ALTER TABLE engram.cold SET (toast_tuple_target = 128);
ALTER TABLE engram.cold ALTER COLUMN content SET STORAGE MAIN, ALTER COLUMN embedding SET STORAGE MAIN;
COMMENT ON TABLE engram.cold IS 'Content and embedding of memories in the cold tier; engram.memories shows them in their place';
CREATE OR REPLACE VIEW engram.memories WITH (security_invoker = true) AS
SELECT m.space,
       m.id,
       COALESCE(c.content, m.content) AS content,
       COALESCE(c.embedding, m.embedding) AS embedding,
       m.encoder,
       m.cues,
       m.context,
       m.kind,
       m.origin,
       m.label,
       CASE WHEN (m.evidence_for OPERATOR(pg_catalog.+) m.evidence_against) OPERATOR(pg_catalog.>) 0::pg_catalog.float4
            THEN m.evidence_for OPERATOR(pg_catalog./) (m.evidence_for OPERATOR(pg_catalog.+) m.evidence_against)
       END AS confidence,
       m.occurred_at,
       m.source,
       m.metadata,
       m.valid_from,
       m.valid_to,
       m.superseded_by,
       m.suppressed_at,
       m.created_at,
       m.cold,
       m.pinned
FROM engram.memory m
LEFT JOIN engram.cold c
       ON m.cold AND c.space OPERATOR(pg_catalog.=) m.space AND c.id OPERATOR(pg_catalog.=) m.id;
COMMENT ON COLUMN engram.memories.pinned IS 'Whether the memory stays in the hot tier';
CREATE OR REPLACE FUNCTION engram.cold_before() RETURNS trigger LANGUAGE c
    AS 'MODULE_PATHNAME', 'cold_before_wrapper';
CREATE OR REPLACE FUNCTION engram.cold_after() RETURNS trigger LANGUAGE c
    AS 'MODULE_PATHNAME', 'cold_after_wrapper';
COMMENT ON FUNCTION engram.cold_before() IS 'Has content that comes from a publisher take the place of what a move has left';
COMMENT ON FUNCTION engram.cold_after() IS 'Has a cold memory read again whose content came after it, in a restore or from a publisher';
REVOKE ALL ON FUNCTION engram.cold_before(), engram.cold_after() FROM PUBLIC;
CREATE OR REPLACE TRIGGER engram_before BEFORE INSERT ON engram.cold
    FOR EACH ROW EXECUTE FUNCTION engram.cold_before();
CREATE OR REPLACE TRIGGER engram_after AFTER INSERT OR UPDATE ON engram.cold
    FOR EACH ROW EXECUTE FUNCTION engram.cold_after();
ALTER TABLE engram.cold ENABLE ALWAYS TRIGGER engram_before;
ALTER TABLE engram.cold ENABLE ALWAYS TRIGGER engram_after;
CREATE OR REPLACE FUNCTION engram.move_stat(OUT move text, OUT total bigint) RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL RESTRICTED
    AS 'MODULE_PATHNAME', 'move_stat_wrapper';
COMMENT ON FUNCTION engram.move_stat() IS 'Rows of engram.stat_move';
REVOKE ALL ON FUNCTION engram.move_stat() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION engram.move_stat() TO engram_reader, pg_monitor;
CREATE OR REPLACE VIEW engram.stat_move WITH (security_invoker = true) AS
SELECT m.move, m.total
FROM engram.move_stat() m;
COMMENT ON VIEW engram.stat_move IS 'How many memories have moved between the tiers, in all databases since the server started';
GRANT SELECT ON engram.stat_move TO engram_reader, pg_monitor;
CREATE OR REPLACE FUNCTION @extschema@.engram_set_tier(
    id uuid,
    tier text DEFAULT NULL,
    pinned boolean DEFAULT NULL,
    space text DEFAULT NULL
) RETURNS boolean LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'engram_set_tier_wrapper';
COMMENT ON FUNCTION @extschema@.engram_set_tier IS 'Moves a memory between the tiers, pins it, or takes the pin off';
REVOKE ALL ON FUNCTION @extschema@.engram_set_tier FROM PUBLIC;
GRANT EXECUTE ON FUNCTION @extschema@.engram_set_tier TO engram_writer;
-- Tenancy: quotas, the account they are held to, the audit log.
ALTER TABLE engram.space ADD COLUMN IF NOT EXISTS quota_hot_bytes bigint
    CHECK (quota_hot_bytes OPERATOR(pg_catalog.>=) 0);
COMMENT ON COLUMN engram.space.quota_memories IS 'Largest number of memories; one more is refused; null is no limit';
COMMENT ON COLUMN engram.space.quota_bytes IS 'Largest size of contents and embeddings in engram.memory, in bytes; more is refused; null is no limit';
COMMENT ON COLUMN engram.space.quota_hot_bytes IS 'Largest share of the hot tier in bytes, beyond which the least active memories of the space leave it; null is no limit';
ALTER TABLE engram.audit ADD COLUMN IF NOT EXISTS session_actor name;
ALTER TABLE engram.audit ADD COLUMN IF NOT EXISTS space_made_at timestamptz;
COMMENT ON COLUMN engram.audit.entry IS 'UUID version 7: ascends with time';
COMMENT ON COLUMN engram.audit.actor IS 'Role whose rights it was done with (current_user)';
COMMENT ON COLUMN engram.audit.action IS 'forget, forget_where, update, supersede, configure_space, drop_space, or sql_delete, sql_update and sql_truncate for what was done without a function';
COMMENT ON COLUMN engram.audit.id IS 'Memory it was done to; null for several';
COMMENT ON COLUMN engram.audit.detail IS 'Counts, ids and names of roles';
COMMENT ON COLUMN engram.audit.session_actor IS 'Role that had logged in (session_user)';
COMMENT ON COLUMN engram.audit.space_made_at IS 'When the space was made: one made anew under the same name is another space';
DROP POLICY IF EXISTS reader ON engram.audit;
CREATE POLICY reader ON engram.audit FOR SELECT USING (
    pg_catalog.pg_has_role(pg_catalog.to_regrole('engram_admin'), 'USAGE')
    OR (engram.may_read(space)
        AND EXISTS (SELECT FROM engram.space s
                    WHERE s.space OPERATOR(pg_catalog.=) audit.space
                      AND s.created_at OPERATOR(pg_catalog.=) audit.space_made_at)));
CREATE TABLE IF NOT EXISTS engram.usage (
    space    text COLLATE "C" NOT NULL,
    entry    uuid NOT NULL,
    memories bigint NOT NULL,
    bytes    bigint NOT NULL,
    settles  xid8,
    PRIMARY KEY (space, entry)
) WITH (autovacuum_vacuum_scale_factor = 0.05);
COMMENT ON TABLE engram.usage IS 'How full the spaces with a quota are: the sum of the rows of a space; derived, never dumped';
COMMENT ON COLUMN engram.usage.memories IS 'Number of memories, or its change';
COMMENT ON COLUMN engram.usage.bytes IS 'Bytes of their contents and embeddings, or their change';
COMMENT ON COLUMN engram.usage.settles IS 'In a count: transactions before this one may have written what it missed; when all have ended it is made anew';
ALTER TABLE engram.usage ENABLE ROW LEVEL SECURITY;
SELECT pg_catalog.pg_extension_config_dump('engram.usage', 'WHERE false');
CREATE OR REPLACE FUNCTION engram.memory_statement() RETURNS trigger LANGUAGE c
    AS 'MODULE_PATHNAME', 'memory_statement_wrapper';
COMMENT ON FUNCTION engram.memory_statement() IS 'Keeps account of a statement: in engram.usage where the space has a quota, in engram.audit where it destroyed something';
REVOKE ALL ON FUNCTION engram.memory_statement() FROM PUBLIC;
CREATE OR REPLACE TRIGGER engram_statement AFTER INSERT OR UPDATE OR DELETE ON engram.memory
    FOR EACH STATEMENT EXECUTE FUNCTION engram.memory_statement();
ALTER TABLE engram.memory ENABLE ALWAYS TRIGGER engram_statement;
DROP FUNCTION IF EXISTS @extschema@.engram_create_space(text, integer, text, text, text[], text[], text);
CREATE OR REPLACE FUNCTION @extschema@.engram_create_space(
    space text,
    dimensions integer DEFAULT NULL,
    language text DEFAULT 'english',
    owner text DEFAULT NULL,
    readers text[] DEFAULT NULL,
    writers text[] DEFAULT NULL,
    encoder text DEFAULT NULL,
    quota_memories bigint DEFAULT NULL,
    quota_bytes bigint DEFAULT NULL,
    quota_hot_bytes bigint DEFAULT NULL
) RETURNS void LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'engram_create_space_0_3_wrapper';
DROP FUNCTION IF EXISTS @extschema@.engram_configure_space(text, integer, text, text, text[], text[], text);
CREATE OR REPLACE FUNCTION @extschema@.engram_configure_space(
    space text,
    dimensions integer DEFAULT NULL,
    language text DEFAULT NULL,
    owner text DEFAULT NULL,
    readers text[] DEFAULT NULL,
    writers text[] DEFAULT NULL,
    encoder text DEFAULT NULL,
    quota_memories bigint DEFAULT NULL,
    quota_bytes bigint DEFAULT NULL,
    quota_hot_bytes bigint DEFAULT NULL
) RETURNS void LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'engram_configure_space_0_3_wrapper';
COMMENT ON FUNCTION @extschema@.engram_create_space IS 'Makes a space with its language, dimensions, roles and quotas';
COMMENT ON FUNCTION @extschema@.engram_configure_space IS 'Changes a space; null leaves what is set';
REVOKE ALL ON FUNCTION @extschema@.engram_create_space, @extschema@.engram_configure_space FROM PUBLIC;
GRANT EXECUTE ON FUNCTION @extschema@.engram_create_space, @extschema@.engram_configure_space TO engram_writer;
-- The life of a space: retention, export and import, another encoder; vacuuming that fits the tables.
CREATE TABLE IF NOT EXISTS engram.retention (
    space      text COLLATE "C" NOT NULL,
    kind       text NOT NULL DEFAULT '',
    max_age    interval CHECK (max_age OPERATOR(pg_catalog.>) '0'::pg_catalog.interval AND max_age OPERATOR(pg_catalog.<=) '1000 years'::pg_catalog.interval),
    max_count  bigint CHECK (max_count OPERATOR(pg_catalog.>=) 0),
    mode       text NOT NULL DEFAULT 'delete' CHECK (mode OPERATOR(pg_catalog.=) ANY (ARRAY['delete', 'suppress'])),
    forgotten  bigint NOT NULL DEFAULT 0,
    applied_at timestamptz,
    PRIMARY KEY (space, kind),
    CHECK (max_age IS NOT NULL OR max_count IS NOT NULL)
);
COMMENT ON TABLE engram.retention IS 'Rules by which the worker forgets memories: one for each kind that has one, and one for the others';
COMMENT ON COLUMN engram.retention.kind IS 'Kind that the rule is for; empty for every kind without a rule of its own, except belief';
COMMENT ON COLUMN engram.retention.max_age IS 'Memories that occurred longer ago are forgotten; null is no limit';
COMMENT ON COLUMN engram.retention.max_count IS 'Of more memories than this the oldest are forgotten; null is no limit';
COMMENT ON COLUMN engram.retention.mode IS 'How they are forgotten: delete or suppress';
COMMENT ON COLUMN engram.retention.forgotten IS 'Memories that the rule has forgotten so far';
COMMENT ON COLUMN engram.retention.applied_at IS 'When nothing was left to forget; null for a rule that is new or has work left';

CREATE TABLE IF NOT EXISTS engram.reembedding (
    space      text COLLATE "C" NOT NULL,
    encoder    text NOT NULL,
    dimensions integer NOT NULL CHECK (dimensions OPERATOR(pg_catalog.>=) 1 AND dimensions OPERATOR(pg_catalog.<=) 16000),
    state      text NOT NULL DEFAULT 'filling' CHECK (state OPERATOR(pg_catalog.=) ANY (ARRAY['filling', 'switched'])),
    after      uuid,
    switched   xid8,
    memories   bigint NOT NULL DEFAULT 0,
    started_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    started_by name NOT NULL DEFAULT CURRENT_USER,
    PRIMARY KEY (space)
);
COMMENT ON TABLE engram.reembedding IS 'Spaces that are getting another encoder; belongs to one cluster, never dumped';
COMMENT ON COLUMN engram.reembedding.encoder IS 'Name of the encoder that the space is getting';
COMMENT ON COLUMN engram.reembedding.dimensions IS 'Dimensions of its embeddings';
COMMENT ON COLUMN engram.reembedding.state IS 'filling while embeddings are made, switched once the space has them';
COMMENT ON COLUMN engram.reembedding.after IS 'Memories with ids up to this one were looked at; null before the first';
COMMENT ON COLUMN engram.reembedding.switched IS 'Transaction that gave the space its encoder';
COMMENT ON COLUMN engram.reembedding.memories IS 'Memories of the space when it was begun';

CREATE TABLE IF NOT EXISTS engram.reembedded (
    space     text COLLATE "C" NOT NULL,
    id        uuid NOT NULL,
    digest    uuid NOT NULL,
    embedding vector,
    PRIMARY KEY (space, id),
    FOREIGN KEY (space, id) REFERENCES engram.memory (space, id) ON DELETE CASCADE
);
COMMENT ON TABLE engram.reembedded IS 'Embeddings of the encoder that a space is getting, until it has it; never dumped';
COMMENT ON COLUMN engram.reembedded.digest IS 'MD5 of the content that the embedding was made from';
COMMENT ON COLUMN engram.reembedded.embedding IS 'The embedding; null where the encoder knows no word of the text';

CREATE OR REPLACE FUNCTION engram.reembed_step(
    space text, encoder text, dimensions integer, batch integer, OUT state text, OUT memories bigint) RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'reembed_step_wrapper';
COMMENT ON FUNCTION engram.reembed_step(text, text, integer, integer) IS 'One step of engram_reembed, for one transaction: what is to be done next, and how many memories it was about';

-- Every step is a transaction of its own: a call that ends early, for whatever reason, is continued by the next one.
CREATE OR REPLACE PROCEDURE @extschema@.engram_reembed(
    space text DEFAULT NULL, encoder text DEFAULT 'built-in', dimensions integer DEFAULT NULL, batch integer DEFAULT 1000)
    LANGUAGE plpgsql
    AS $engram$
DECLARE
    step  record;
    done  pg_catalog.int8 := 0;
    told  pg_catalog.timestamptz := pg_catalog.clock_timestamp();
BEGIN
    LOOP
        SELECT s.state, s.memories INTO step FROM engram.reembed_step(space, encoder, dimensions, batch) AS s;
        COMMIT;
        EXIT WHEN step.state OPERATOR(pg_catalog.=) ANY (ARRAY['finished', 'waiting']);
        IF step.state OPERATOR(pg_catalog.=) 'settling' THEN
            PERFORM pg_catalog.pg_sleep(0.1);
        ELSE
            done := done OPERATOR(pg_catalog.+) step.memories;
        END IF;
        IF pg_catalog.clock_timestamp() OPERATOR(pg_catalog.>) (told OPERATOR(pg_catalog.+) '5 s'::pg_catalog.interval) THEN
            told := pg_catalog.clock_timestamp();
            RAISE NOTICE '% memories embedded, now %', done, step.state;
        END IF;
    END LOOP;
    IF step.state OPERATOR(pg_catalog.=) 'waiting' THEN
        RAISE NOTICE '% memories wait for embeddings of encoder "%"', step.memories, encoder
            USING HINT = 'Read them from engram.reembedding_pending, give their embeddings to engram_reembed_put, and call again.';
    END IF;
END
$engram$;

-- Memories are mostly inserted: visiting them often keeps each visit short, since it reads only pages that changed, and freezes them
-- long before it is urgent. A smaller fillfactor would not help: every change of a memory changes the indexed column "changed".
ALTER TABLE engram.memory SET (autovacuum_vacuum_insert_scale_factor = 0.05);
-- Entries are appended and read by index.
ALTER TABLE engram.audit SET (autovacuum_vacuum_insert_scale_factor = 0.05);
-- Changes are appended, read by index and trimmed: only what the trimming leaves needs a visit.
ALTER TABLE engram.change SET (autovacuum_vacuum_insert_threshold = -1);
-- Updated in place, in the room that fillfactor leaves: a visit now and then keeps the dead versions from filling it.
ALTER TABLE engram.trace SET (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.1);
ALTER TABLE engram.retention ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS reader ON engram.retention;
CREATE POLICY reader ON engram.retention FOR SELECT USING (engram.may_read(space));
ALTER TABLE engram.reembedding ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS reader ON engram.reembedding;
CREATE POLICY reader ON engram.reembedding FOR SELECT USING (engram.may_read(space));
ALTER TABLE engram.reembedded ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS reader ON engram.reembedded;
CREATE POLICY reader ON engram.reembedded FOR SELECT USING (
    EXISTS (SELECT FROM engram.memory m
            WHERE m.space OPERATOR(pg_catalog.=) reembedded.space
              AND m.id OPERATOR(pg_catalog.=) reembedded.id));
CREATE OR REPLACE VIEW engram.reembedding_pending WITH (security_invoker = true) AS
SELECT m.space, m.id, COALESCE(c.content, m.content) AS content,
       pg_catalog.md5(COALESCE(c.content, m.content))::pg_catalog.uuid AS digest
FROM engram.reembedding e
JOIN engram.memory m ON m.space OPERATOR(pg_catalog.=) e.space
LEFT JOIN engram.cold c ON c.space OPERATOR(pg_catalog.=) m.space AND c.id OPERATOR(pg_catalog.=) m.id
WHERE COALESCE(c.embedding, m.embedding) IS NOT NULL
  AND (e.state OPERATOR(pg_catalog.=) 'filling' OR COALESCE(m.encoder, '') OPERATOR(pg_catalog.<>) e.encoder)
  AND NOT EXISTS (SELECT FROM engram.reembedded r
                  WHERE r.space OPERATOR(pg_catalog.=) m.space AND r.id OPERATOR(pg_catalog.=) m.id
                    AND r.digest OPERATOR(pg_catalog.=) pg_catalog.md5(COALESCE(c.content, m.content))::pg_catalog.uuid);
COMMENT ON VIEW engram.reembedding_pending IS 'Memories that still need an embedding of the encoder that their space is getting';
COMMENT ON COLUMN engram.reembedding_pending.digest IS 'What engram_reembed_put checks the content by';

CREATE OR REPLACE VIEW engram.stat_reembedding WITH (security_invoker = true) AS
SELECT e.space, e.encoder, e.dimensions, e.state, e.memories,
       (SELECT pg_catalog.count(*) FROM engram.reembedded r WHERE r.space OPERATOR(pg_catalog.=) e.space) AS embedded,
       e.started_at, e.started_by
FROM engram.reembedding e;
COMMENT ON VIEW engram.stat_reembedding IS 'Spaces that are getting another encoder, and how far they have come';
SELECT pg_catalog.pg_extension_config_dump('engram.retention', '');
SELECT pg_catalog.pg_extension_config_dump('engram.reembedding', 'WHERE false');
SELECT pg_catalog.pg_extension_config_dump('engram.reembedded', 'WHERE false');
CREATE OR REPLACE FUNCTION @extschema@.engram_set_retention(
	"kind" TEXT DEFAULT NULL,
	"max_age" interval DEFAULT NULL,
	"max_count" bigint DEFAULT NULL,
	"mode" TEXT DEFAULT 'delete',
	"space" TEXT DEFAULT NULL
) RETURNS void
VOLATILE PARALLEL UNSAFE
LANGUAGE c
AS 'MODULE_PATHNAME', 'engram_set_retention_wrapper';
CREATE OR REPLACE FUNCTION @extschema@.engram_retention_plan(
	"space" TEXT DEFAULT NULL
) RETURNS TABLE (
	"id" uuid, 
	"kind" TEXT, 
	"occurred_at" timestamp with time zone, 
	"rule" TEXT, 
	"reason" TEXT, 
	"mode" TEXT 
)
STABLE PARALLEL RESTRICTED
LANGUAGE c
AS 'MODULE_PATHNAME', 'engram_retention_plan_wrapper';
CREATE OR REPLACE FUNCTION @extschema@.engram_export(
	"space" TEXT DEFAULT NULL
) RETURNS SETOF TEXT
STABLE PARALLEL RESTRICTED
LANGUAGE c
AS 'MODULE_PATHNAME', 'engram_export_wrapper';
CREATE OR REPLACE FUNCTION @extschema@.engram_import(
	"lines" TEXT[],
	"space" TEXT DEFAULT NULL,
	"first_line" bigint DEFAULT 1
) RETURNS bigint
VOLATILE PARALLEL UNSAFE
LANGUAGE c
AS 'MODULE_PATHNAME', 'engram_import_wrapper';
CREATE OR REPLACE FUNCTION @extschema@.engram_reembed_put(
	"id" uuid,
	"embedding" vector,
	"space" TEXT DEFAULT NULL,
	"digest" uuid DEFAULT NULL
) RETURNS bool
VOLATILE PARALLEL UNSAFE
LANGUAGE c
AS 'MODULE_PATHNAME', 'engram_reembed_put_wrapper';
CREATE OR REPLACE FUNCTION @extschema@.engram_reembed_cancel(
	"space" TEXT DEFAULT NULL
) RETURNS bool
VOLATILE PARALLEL UNSAFE
LANGUAGE c
AS 'MODULE_PATHNAME', 'engram_reembed_cancel_wrapper';
COMMENT ON FUNCTION @extschema@.engram_set_retention IS 'Makes, changes or removes the rule by which the worker forgets memories of a kind';
COMMENT ON FUNCTION @extschema@.engram_retention_plan IS 'Returns what the rules of a space would forget now, oldest first';
COMMENT ON FUNCTION @extschema@.engram_export IS 'Returns a space as lines of JSON, whole and in a stable order';
COMMENT ON FUNCTION @extschema@.engram_import IS 'Stores what lines of an export say, into the space they name or another one';
COMMENT ON PROCEDURE @extschema@.engram_reembed IS 'Gives a space another encoder, in batches and with recall going on; a call that ended early is continued by the next';
COMMENT ON FUNCTION @extschema@.engram_reembed_put IS 'Hands in the embedding of a memory by the encoder that its space is getting';
COMMENT ON FUNCTION @extschema@.engram_reembed_cancel IS 'Gives up getting another encoder, and forgets the embeddings made for it';
GRANT SELECT ON engram.retention, engram.reembedding, engram.reembedded, engram.reembedding_pending, engram.stat_reembedding
    TO engram_reader;
REVOKE ALL ON ROUTINE @extschema@.engram_set_retention, @extschema@.engram_retention_plan, @extschema@.engram_export,
    @extschema@.engram_import, @extschema@.engram_reembed, @extschema@.engram_reembed_put, @extschema@.engram_reembed_cancel,
    engram.reembed_step FROM PUBLIC;
GRANT EXECUTE ON ROUTINE @extschema@.engram_retention_plan, @extschema@.engram_export TO engram_reader;
GRANT EXECUTE ON ROUTINE @extschema@.engram_set_retention, @extschema@.engram_import, @extschema@.engram_reembed,
    @extschema@.engram_reembed_put, @extschema@.engram_reembed_cancel, engram.reembed_step TO engram_writer;
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
-- Standbys follow.
CREATE OR REPLACE FUNCTION engram.standby_stat(
    OUT in_recovery boolean, OUT replayed bigint, OUT followed bigint, OUT lag_seconds double precision,
    OUT spaces bigint, OUT rounds bigint, OUT rows bigint, OUT conflicts bigint, OUT waited bigint,
    OUT missed bigint, OUT ambiguous bigint) RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL RESTRICTED
    AS 'MODULE_PATHNAME', 'standby_stat_wrapper';
COMMENT ON FUNCTION engram.standby_stat() IS 'Row of engram.stat_standby';

REVOKE ALL ON FUNCTION engram.standby_stat() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION engram.standby_stat() TO engram_reader, pg_monitor;

CREATE OR REPLACE VIEW engram.stat_standby WITH (security_invoker = true) AS
SELECT s.in_recovery,
       '0/0'::pg_catalog.pg_lsn OPERATOR(pg_catalog.+) s.replayed::pg_catalog."numeric" AS replay_position,
       '0/0'::pg_catalog.pg_lsn OPERATOR(pg_catalog.+) s.followed::pg_catalog."numeric" AS followed_position,
       GREATEST(s.replayed OPERATOR(pg_catalog.-) s.followed, 0) AS lag_bytes,
       s.lag_seconds, s.spaces, s.rounds, s.rows, s.conflicts, s.waited, s.missed, s.ambiguous
FROM engram.standby_stat() s;
COMMENT ON VIEW engram.stat_standby IS 'One row: how the hot tier of a standby follows the tables of this database';
COMMENT ON COLUMN engram.stat_standby.lag_bytes IS 'Bytes of the log that are replayed and not followed; 0 on a primary';
COMMENT ON COLUMN engram.stat_standby.lag_seconds IS 'Time since the last look, while something replayed is not followed; 0 otherwise';
COMMENT ON COLUMN engram.stat_standby.spaces IS 'Spaces that are followed';
COMMENT ON COLUMN engram.stat_standby.rounds IS 'Looks at what changed';
COMMENT ON COLUMN engram.stat_standby.rows IS 'Changes entered';
COMMENT ON COLUMN engram.stat_standby.conflicts IS 'Reads that a recovery conflict ended and that were repeated';
COMMENT ON COLUMN engram.stat_standby.waited IS 'Recalls that waited for a look';
COMMENT ON COLUMN engram.stat_standby.missed IS 'Recalls that waited in vain, so that a private region answered';
COMMENT ON COLUMN engram.stat_standby.ambiguous IS 'Recalls whose snapshot lies between two changes of a row, so that a private region answered';
GRANT SELECT ON engram.stat_standby TO engram_reader, pg_monitor;
-- Warm tier: engram.warm is derived and was never filled. It gets columns of its version, hashes of terms, and an index on them.
DO $engram$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_attribute a
                   WHERE a.attrelid OPERATOR(pg_catalog.=) 'engram.warm'::pg_catalog.regclass
                     AND a.attname OPERATOR(pg_catalog.=) 'frequencies') THEN
        TRUNCATE engram.warm;
        ALTER TABLE engram.warm DROP COLUMN embedding, DROP COLUMN terms;
        ALTER TABLE engram.warm ADD COLUMN changed xid8 NOT NULL, ADD COLUMN embedding halfvec,
            ADD COLUMN terms bigint[] NOT NULL, ADD COLUMN frequencies bytea NOT NULL, ADD COLUMN length integer NOT NULL;
        CREATE INDEX warm_terms ON engram.warm USING gin (terms) WITH (fastupdate = off);
    END IF;
END
$engram$;
COMMENT ON TABLE engram.warm IS 'Search acceleration of memories outside the hot tier; derived from engram.memory, never dumped';
COMMENT ON COLUMN engram.warm.changed IS 'Version of the memory that the row was made from';
COMMENT ON COLUMN engram.warm.embedding IS 'The embedding at length 1 and half precision; an index for each number of dimensions proposes by it';
COMMENT ON COLUMN engram.warm.terms IS 'Hashes of the terms of the content, other ones in each space';
COMMENT ON COLUMN engram.warm.frequencies IS 'How often each term occurs, a byte for each, at most 255';
COMMENT ON COLUMN engram.warm.length IS 'Length of the content in terms';

DROP VIEW IF EXISTS engram.stat_tier;
DROP FUNCTION IF EXISTS engram.tier_stat();
CREATE FUNCTION engram.tier_stat(
    OUT space text, OUT mode text, OUT state text, OUT memories bigint, OUT resident bigint,
    OUT spilled bigint, OUT warm bigint, OUT cold bigint, OUT warm_state text, OUT cues bigint, OUT edges bigint,
    OUT bytes bigint, OUT unsettled bigint, OUT evictions bigint, OUT generation bigint) RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL RESTRICTED
    AS 'MODULE_PATHNAME', 'tiers_stat_wrapper';
COMMENT ON FUNCTION engram.tier_stat() IS 'Rows of engram.stat_tier';
REVOKE ALL ON FUNCTION engram.tier_stat() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION engram.tier_stat() TO engram_reader, pg_monitor;
CREATE VIEW engram.stat_tier WITH (security_invoker = true) AS
SELECT t.space, t.mode, t.state, t.memories, t.resident, t.spilled, t.warm, t.cold, t.warm_state, t.cues, t.edges, t.bytes,
       t.unsettled, t.evictions, t.generation
FROM engram.tier_stat() t;
COMMENT ON VIEW engram.stat_tier IS 'Spaces in the hot tier, as far as the caller may see them';
GRANT SELECT ON engram.stat_tier TO engram_reader, pg_monitor;
-- A space that comes after its memories, as in a restore, decides how they are read.
CREATE OR REPLACE TRIGGER engram_after AFTER INSERT OR UPDATE OR DELETE ON engram.space
    FOR EACH ROW EXECUTE FUNCTION engram.space_after();
ALTER TABLE engram.space ENABLE ALWAYS TRIGGER engram_after;

-- pg_restore -j loads tables side by side: rows that name a memory may come before it. So the half of the foreign keys that checks
-- inserted rows is off, and associations, which others than the extension write, are checked by engram.association_after, except in
-- COPY; the half that deletes with the memory stays.
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

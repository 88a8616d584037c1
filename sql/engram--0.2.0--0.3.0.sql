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
DO $engram$
BEGIN
    ALTER TABLE engram.cold ALTER COLUMN content SET COMPRESSION lz4, ALTER COLUMN embedding SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN
    NULL;
END
$engram$;
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

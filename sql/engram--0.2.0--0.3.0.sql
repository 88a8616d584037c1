\echo Use "ALTER EXTENSION engram UPDATE" to load this file. \quit

-- Every statement may be run again. Functions whose arguments change are dropped and made anew: the library keeps the
-- entry points of the former version, so that sessions work between the new library and this script.

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

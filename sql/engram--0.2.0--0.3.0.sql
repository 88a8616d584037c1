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

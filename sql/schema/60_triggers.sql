CREATE FUNCTION engram.memory_before() RETURNS trigger LANGUAGE c
    AS 'MODULE_PATHNAME', 'memory_before_wrapper';
CREATE FUNCTION engram.memory_after() RETURNS trigger LANGUAGE c
    AS 'MODULE_PATHNAME', 'memory_after_wrapper';
CREATE FUNCTION engram.memory_truncate() RETURNS trigger LANGUAGE c
    AS 'MODULE_PATHNAME', 'memory_truncate_wrapper';
CREATE FUNCTION engram.association_before() RETURNS trigger LANGUAGE c
    AS 'MODULE_PATHNAME', 'association_before_wrapper';
CREATE FUNCTION engram.association_after() RETURNS trigger LANGUAGE c
    AS 'MODULE_PATHNAME', 'association_after_wrapper';
CREATE FUNCTION engram.space_before() RETURNS trigger LANGUAGE c
    AS 'MODULE_PATHNAME', 'space_before_wrapper';
CREATE FUNCTION engram.space_after() RETURNS trigger LANGUAGE c
    AS 'MODULE_PATHNAME', 'space_after_wrapper';
CREATE FUNCTION engram.alias_before() RETURNS trigger LANGUAGE c
    AS 'MODULE_PATHNAME', 'alias_before_wrapper';
CREATE FUNCTION engram.alias_after() RETURNS trigger LANGUAGE c
    AS 'MODULE_PATHNAME', 'alias_after_wrapper';
CREATE FUNCTION engram.truncate_after() RETURNS trigger LANGUAGE c
    AS 'MODULE_PATHNAME', 'truncate_after_wrapper';
CREATE FUNCTION engram.cold_before() RETURNS trigger LANGUAGE c
    AS 'MODULE_PATHNAME', 'cold_before_wrapper';
CREATE FUNCTION engram.cold_after() RETURNS trigger LANGUAGE c
    AS 'MODULE_PATHNAME', 'cold_after_wrapper';
CREATE FUNCTION engram.feedback_before() RETURNS trigger LANGUAGE c
    AS 'MODULE_PATHNAME', 'feedback_before_wrapper';
COMMENT ON FUNCTION engram.feedback_before() IS 'Keeps the confidence that a memory has when feedback on it is given';
COMMENT ON FUNCTION engram.cold_before() IS 'Has content that comes from a publisher take the place of what a move has left';
COMMENT ON FUNCTION engram.cold_after() IS 'Has a cold memory read again whose content came after it, in a restore or from a publisher';
CREATE FUNCTION engram.memory_statement() RETURNS trigger LANGUAGE c
    AS 'MODULE_PATHNAME', 'memory_statement_wrapper';
COMMENT ON FUNCTION engram.memory_statement() IS 'Keeps account of a statement: in engram.usage where the space has a quota, in engram.audit where it destroyed something';
COMMENT ON FUNCTION engram.memory_before() IS 'Completes and checks a memory; on DELETE erases what the foreign keys do not';
COMMENT ON FUNCTION engram.memory_after() IS 'Queues a change of a memory for the hot tier';
COMMENT ON FUNCTION engram.memory_truncate() IS 'Erases what belongs to the memories of a truncated table';
COMMENT ON FUNCTION engram.association_before() IS 'Completes and checks an association and records the change';
COMMENT ON FUNCTION engram.association_after() IS 'Queues a change of an association for the hot tier';
COMMENT ON FUNCTION engram.space_before() IS 'Completes and checks a space';
COMMENT ON FUNCTION engram.space_after() IS 'Queues a change of a space for the hot tier';
COMMENT ON FUNCTION engram.alias_before() IS 'Normalises and checks an alias of a cue';
COMMENT ON FUNCTION engram.alias_after() IS 'Queues a change of the aliases of a space for the hot tier';
COMMENT ON FUNCTION engram.truncate_after() IS 'Queues the loss of a whole table for the hot tier';

CREATE TRIGGER engram_before BEFORE INSERT OR UPDATE OR DELETE ON engram.memory
    FOR EACH ROW EXECUTE FUNCTION engram.memory_before();
CREATE TRIGGER engram_after AFTER INSERT OR UPDATE OR DELETE ON engram.memory
    FOR EACH ROW EXECUTE FUNCTION engram.memory_after();
CREATE TRIGGER engram_statement AFTER INSERT OR UPDATE OR DELETE ON engram.memory
    FOR EACH STATEMENT EXECUTE FUNCTION engram.memory_statement();
CREATE TRIGGER engram_erase AFTER TRUNCATE ON engram.memory
    FOR EACH STATEMENT EXECUTE FUNCTION engram.memory_truncate();
CREATE TRIGGER engram_truncate AFTER TRUNCATE ON engram.memory
    FOR EACH STATEMENT EXECUTE FUNCTION engram.truncate_after();
CREATE TRIGGER engram_before BEFORE INSERT ON engram.cold
    FOR EACH ROW EXECUTE FUNCTION engram.cold_before();
CREATE TRIGGER engram_after AFTER INSERT OR UPDATE ON engram.cold
    FOR EACH ROW EXECUTE FUNCTION engram.cold_after();
CREATE TRIGGER engram_before BEFORE INSERT OR UPDATE OR DELETE ON engram.association
    FOR EACH ROW EXECUTE FUNCTION engram.association_before();
CREATE TRIGGER engram_after AFTER INSERT OR UPDATE OR DELETE ON engram.association
    FOR EACH ROW EXECUTE FUNCTION engram.association_after();
CREATE TRIGGER engram_truncate AFTER TRUNCATE ON engram.association
    FOR EACH STATEMENT EXECUTE FUNCTION engram.truncate_after();
CREATE TRIGGER engram_before BEFORE INSERT OR UPDATE OR DELETE ON engram.space
    FOR EACH ROW EXECUTE FUNCTION engram.space_before();
CREATE TRIGGER engram_after AFTER INSERT OR UPDATE OR DELETE ON engram.space
    FOR EACH ROW EXECUTE FUNCTION engram.space_after();
CREATE TRIGGER engram_before BEFORE INSERT OR UPDATE ON engram.cue_alias
    FOR EACH ROW EXECUTE FUNCTION engram.alias_before();
CREATE TRIGGER engram_after AFTER INSERT OR UPDATE OR DELETE ON engram.cue_alias
    FOR EACH ROW EXECUTE FUNCTION engram.alias_after();
CREATE TRIGGER engram_truncate AFTER TRUNCATE ON engram.cue_alias
    FOR EACH STATEMENT EXECUTE FUNCTION engram.truncate_after();
CREATE TRIGGER engram_before BEFORE INSERT ON engram.feedback
    FOR EACH ROW EXECUTE FUNCTION engram.feedback_before();

-- ALWAYS: subscribers and restores run with session_replication_role = replica.
ALTER TABLE engram.memory ENABLE ALWAYS TRIGGER engram_before;
ALTER TABLE engram.memory ENABLE ALWAYS TRIGGER engram_after;
ALTER TABLE engram.memory ENABLE ALWAYS TRIGGER engram_statement;
ALTER TABLE engram.memory ENABLE ALWAYS TRIGGER engram_erase;
ALTER TABLE engram.memory ENABLE ALWAYS TRIGGER engram_truncate;
ALTER TABLE engram.cold ENABLE ALWAYS TRIGGER engram_before;
ALTER TABLE engram.cold ENABLE ALWAYS TRIGGER engram_after;
ALTER TABLE engram.association ENABLE ALWAYS TRIGGER engram_before;
ALTER TABLE engram.association ENABLE ALWAYS TRIGGER engram_after;
ALTER TABLE engram.association ENABLE ALWAYS TRIGGER engram_truncate;
ALTER TABLE engram.space ENABLE ALWAYS TRIGGER engram_before;
ALTER TABLE engram.space ENABLE ALWAYS TRIGGER engram_after;
ALTER TABLE engram.cue_alias ENABLE ALWAYS TRIGGER engram_before;
ALTER TABLE engram.cue_alias ENABLE ALWAYS TRIGGER engram_after;
ALTER TABLE engram.cue_alias ENABLE ALWAYS TRIGGER engram_truncate;
ALTER TABLE engram.feedback ENABLE ALWAYS TRIGGER engram_before;

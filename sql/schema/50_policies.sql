-- Who may read or write a space is a fact of its row in engram.space. The two functions look it
-- up with the rights of the owner of engram.memory and keep the answer for the statement.
CREATE FUNCTION engram.may_read(space text) RETURNS boolean
    LANGUAGE c STABLE STRICT PARALLEL SAFE COST 5
    AS 'MODULE_PATHNAME', 'may_read_wrapper';
CREATE FUNCTION engram.may_write(space text) RETURNS boolean
    LANGUAGE c STABLE STRICT PARALLEL SAFE COST 5
    AS 'MODULE_PATHNAME', 'may_write_wrapper';
COMMENT ON FUNCTION engram.may_read(text) IS 'Whether the current user is an owner, writer or reader of the space; false where there is no such space';
COMMENT ON FUNCTION engram.may_write(text) IS 'Whether the current user is an owner or writer of the space; false where there is no such space';

-- Names of roles, not their OIDs: a role that is gone matches nothing and raises no error.
ALTER TABLE engram.space ENABLE ROW LEVEL SECURITY;
CREATE POLICY member ON engram.space FOR SELECT USING (
    pg_catalog.pg_has_role(pg_catalog.to_regrole(pg_catalog.quote_ident(owner_role)), 'USAGE')
    OR EXISTS (SELECT FROM pg_catalog.unnest(
                   ARRAY['engram_admin', 'pg_monitor']::pg_catalog.name[]
                   OPERATOR(pg_catalog.||) reader_roles OPERATOR(pg_catalog.||) writer_roles) AS r(member)
               WHERE pg_catalog.pg_has_role(pg_catalog.to_regrole(pg_catalog.quote_ident(r.member)), 'USAGE')));

ALTER TABLE engram.memory ENABLE ROW LEVEL SECURITY;
CREATE POLICY reader ON engram.memory FOR SELECT USING (engram.may_read(space));
CREATE POLICY writer_insert ON engram.memory FOR INSERT WITH CHECK (engram.may_write(space));
CREATE POLICY writer_update ON engram.memory FOR UPDATE
    USING (engram.may_write(space)) WITH CHECK (engram.may_write(space));
CREATE POLICY writer_delete ON engram.memory FOR DELETE USING (engram.may_write(space));

ALTER TABLE engram.association ENABLE ROW LEVEL SECURITY;
CREATE POLICY reader ON engram.association FOR SELECT USING (engram.may_read(space));
CREATE POLICY writer_insert ON engram.association FOR INSERT WITH CHECK (engram.may_write(space));
CREATE POLICY writer_update ON engram.association FOR UPDATE
    USING (engram.may_write(space)) WITH CHECK (engram.may_write(space));
CREATE POLICY writer_delete ON engram.association FOR DELETE USING (engram.may_write(space));

ALTER TABLE engram.cue_alias ENABLE ROW LEVEL SECURITY;
CREATE POLICY reader ON engram.cue_alias FOR SELECT USING (engram.may_read(space));
CREATE POLICY writer_insert ON engram.cue_alias FOR INSERT WITH CHECK (engram.may_write(space));
CREATE POLICY writer_update ON engram.cue_alias FOR UPDATE
    USING (engram.may_write(space)) WITH CHECK (engram.may_write(space));
CREATE POLICY writer_delete ON engram.cue_alias FOR DELETE USING (engram.may_write(space));

-- A former version is as visible as the memory: the subquery runs under the policies of engram.memory.
ALTER TABLE engram.memory_history ENABLE ROW LEVEL SECURITY;
CREATE POLICY reader ON engram.memory_history FOR SELECT USING (
    EXISTS (SELECT FROM engram.memory m
            WHERE m.space OPERATOR(pg_catalog.=) memory_history.space
              AND m.id OPERATOR(pg_catalog.=) memory_history.id));
ALTER TABLE engram.cold ENABLE ROW LEVEL SECURITY;
CREATE POLICY reader ON engram.cold FOR SELECT USING (
    EXISTS (SELECT FROM engram.memory m
            WHERE m.space OPERATOR(pg_catalog.=) cold.space
              AND m.id OPERATOR(pg_catalog.=) cold.id));

ALTER TABLE engram.warm ENABLE ROW LEVEL SECURITY;
CREATE POLICY reader ON engram.warm FOR SELECT USING (engram.may_read(space));
ALTER TABLE engram.trace ENABLE ROW LEVEL SECURITY;
CREATE POLICY reader ON engram.trace FOR SELECT USING (engram.may_read(space));
ALTER TABLE engram.retention ENABLE ROW LEVEL SECURITY;
CREATE POLICY reader ON engram.retention FOR SELECT USING (engram.may_read(space));
ALTER TABLE engram.decay ENABLE ROW LEVEL SECURITY;
CREATE POLICY reader ON engram.decay FOR SELECT USING (engram.may_read(space));
ALTER TABLE engram.reembedding ENABLE ROW LEVEL SECURITY;
CREATE POLICY reader ON engram.reembedding FOR SELECT USING (engram.may_read(space));
ALTER TABLE engram.reembedded ENABLE ROW LEVEL SECURITY;
CREATE POLICY reader ON engram.reembedded FOR SELECT USING (
    EXISTS (SELECT FROM engram.memory m
            WHERE m.space OPERATOR(pg_catalog.=) reembedded.space
              AND m.id OPERATOR(pg_catalog.=) reembedded.id));
ALTER TABLE engram.audit ENABLE ROW LEVEL SECURITY;
-- Members see what happened to their space, not to a former one of its name; engram_admin sees all of it.
CREATE POLICY reader ON engram.audit FOR SELECT USING (
    pg_catalog.pg_has_role(pg_catalog.to_regrole('engram_admin'), 'USAGE')
    OR (engram.may_read(space)
        AND EXISTS (SELECT FROM engram.space s
                    WHERE s.space OPERATOR(pg_catalog.=) audit.space
                      AND s.created_at OPERATOR(pg_catalog.=) audit.space_made_at)));
ALTER TABLE engram.watch ENABLE ROW LEVEL SECURITY;
-- A cue may say more than its owner would tell the other readers.
CREATE POLICY reader ON engram.watch FOR SELECT USING (
    engram.may_read(space)
    AND (pg_catalog.pg_has_role(pg_catalog.to_regrole(pg_catalog.quote_ident(owner_role)), 'USAGE')
         OR EXISTS (SELECT FROM engram.space s
                    WHERE s.space OPERATOR(pg_catalog.=) watch.space
                      AND pg_catalog.pg_has_role(pg_catalog.to_regrole(pg_catalog.quote_ident(s.owner_role)), 'USAGE'))));
ALTER TABLE engram.feedback ENABLE ROW LEVEL SECURITY;
CREATE POLICY reader ON engram.feedback FOR SELECT USING (engram.may_read(space));
-- Evidence is as visible as the memory it is of and the one it comes from, a supersession as the memory that it replaced.
ALTER TABLE engram.evidence ENABLE ROW LEVEL SECURITY;
CREATE POLICY reader ON engram.evidence FOR SELECT USING (
    EXISTS (SELECT FROM engram.memory m
            WHERE m.space OPERATOR(pg_catalog.=) evidence.space
              AND m.id OPERATOR(pg_catalog.=) evidence.id)
    AND ("by" IS NULL
         OR EXISTS (SELECT FROM engram.memory m
                    WHERE m.space OPERATOR(pg_catalog.=) evidence.space
                      AND m.id OPERATOR(pg_catalog.=) evidence."by")));
ALTER TABLE engram.supersession ENABLE ROW LEVEL SECURITY;
CREATE POLICY reader ON engram.supersession FOR SELECT USING (
    EXISTS (SELECT FROM engram.memory m
            WHERE m.space OPERATOR(pg_catalog.=) supersession.space
              AND m.id OPERATOR(pg_catalog.=) supersession.old_id));
-- What is known of a belief is as visible as its memory: a label that hides the memory hides it, too. Events outlive their belief, for the owner.
ALTER TABLE engram.citation ENABLE ROW LEVEL SECURITY;
CREATE POLICY reader ON engram.citation FOR SELECT USING (
    EXISTS (SELECT FROM engram.memory m
            WHERE m.space OPERATOR(pg_catalog.=) citation.space
              AND m.id OPERATOR(pg_catalog.=) citation.belief)
    AND EXISTS (SELECT FROM engram.memory m
                WHERE m.space OPERATOR(pg_catalog.=) citation.space
                  AND m.id OPERATOR(pg_catalog.=) citation.evidence));
ALTER TABLE engram.consolidation_run ENABLE ROW LEVEL SECURITY;
CREATE POLICY reader ON engram.consolidation_run FOR SELECT USING (engram.may_read(space));
ALTER TABLE engram.consolidation_snapshot ENABLE ROW LEVEL SECURITY;
CREATE POLICY reader ON engram.consolidation_snapshot FOR SELECT USING (
    EXISTS (SELECT FROM engram.memory m
            WHERE m.space OPERATOR(pg_catalog.=) consolidation_snapshot.space
              AND m.id OPERATOR(pg_catalog.=) consolidation_snapshot.belief));
ALTER TABLE engram.belief_event ENABLE ROW LEVEL SECURITY;
CREATE POLICY reader ON engram.belief_event FOR SELECT USING (
    EXISTS (SELECT FROM engram.memory m
            WHERE m.space OPERATOR(pg_catalog.=) belief_event.space
              AND m.id OPERATOR(pg_catalog.=) belief_event.belief)
    OR EXISTS (SELECT FROM engram.space s
               WHERE s.space OPERATOR(pg_catalog.=) belief_event.space
                 AND pg_catalog.pg_has_role(pg_catalog.to_regrole(pg_catalog.quote_ident(s.owner_role)), 'USAGE')));
ALTER TABLE engram.belief ENABLE ROW LEVEL SECURITY;
CREATE POLICY reader ON engram.belief FOR SELECT USING (
    EXISTS (SELECT FROM engram.memory m
            WHERE m.space OPERATOR(pg_catalog.=) belief.space
              AND m.id OPERATOR(pg_catalog.=) belief.id));
ALTER TABLE engram.lineage ENABLE ROW LEVEL SECURITY;
CREATE POLICY reader ON engram.lineage FOR SELECT USING (
    EXISTS (SELECT FROM engram.memory m
            WHERE m.space OPERATOR(pg_catalog.=) lineage.space
              AND m.id OPERATOR(pg_catalog.=) lineage.child));
ALTER TABLE engram.consolidation_touch ENABLE ROW LEVEL SECURITY;
CREATE POLICY reader ON engram.consolidation_touch FOR SELECT USING (
    EXISTS (SELECT FROM engram.memory m
            WHERE m.space OPERATOR(pg_catalog.=) consolidation_touch.space
              AND m.id OPERATOR(pg_catalog.=) consolidation_touch.id));
ALTER TABLE engram.consolidation ENABLE ROW LEVEL SECURITY;
CREATE POLICY reader ON engram.consolidation FOR SELECT USING (engram.may_read(space));

-- No policy: nobody but the owner of the extension reads or writes these.
ALTER TABLE engram.announcement ENABLE ROW LEVEL SECURITY;
ALTER TABLE engram.change ENABLE ROW LEVEL SECURITY;
ALTER TABLE engram.snapshot_token ENABLE ROW LEVEL SECURITY;
ALTER TABLE engram.change_horizon ENABLE ROW LEVEL SECURITY;
ALTER TABLE engram.progress ENABLE ROW LEVEL SECURITY;
ALTER TABLE engram.usage ENABLE ROW LEVEL SECURITY;

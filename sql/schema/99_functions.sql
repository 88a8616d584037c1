-- What psql shows with \df+.
COMMENT ON FUNCTION @extschema@.engram_remember IS 'Stores one memory and returns its id, or that of the memory that says the same; a given id makes the call idempotent';
COMMENT ON FUNCTION @extschema@.engram_remember_many IS 'Stores an array of memories in one pass and returns their ids in its order';
COMMENT ON FUNCTION @extschema@.engram_recall IS 'Returns what comes to mind for a cue: by meaning, words, cues and associations';
COMMENT ON FUNCTION @extschema@.engram_recall_across IS 'Returns what comes to mind in several spaces, merged by score';
COMMENT ON FUNCTION @extschema@.engram_explain_recall IS 'Returns why a recall returns what it returns: the share of each signal, words, cues and paths';
COMMENT ON FUNCTION @extschema@.engram_query IS 'Runs a statement of the query language: RECALL, SPREAD, COMPLETE, IMAGINE, PREDICT, CONSOLIDATE, or EXPLAIN before it; rows as objects';
COMMENT ON FUNCTION @extschema@.engram_explain_recall_text IS 'Explains a recall as text, in the manner of EXPLAIN';
COMMENT ON FUNCTION @extschema@.engram_feeling_of_knowing IS 'Estimates whether anything is stored about a cue, without returning it';
COMMENT ON FUNCTION @extschema@.engram_conformance IS 'Returns the model beside published human data, computed by the call';
COMMENT ON FUNCTION @extschema@.engram_spread IS 'Returns what activation reaches from the given memories';
COMMENT ON FUNCTION @extschema@.engram_complete IS 'Completes part of a memory: each field with its value, where it comes from and how sure it is';
COMMENT ON FUNCTION @extschema@.engram_imagine IS 'Puts parts of different memories together to something that was never stored, and does not store it';
COMMENT ON FUNCTION @extschema@.engram_predict IS 'Returns what usually follows on what happens now, with probabilities that sum to less than 1';
COMMENT ON FUNCTION @extschema@.engram_consolidate IS 'Turns the episodes of a space into beliefs now, or returns what that would do';
COMMENT ON FUNCTION @extschema@.engram_set_tier IS 'Moves a memory between the tiers, pins it, or takes the pin off';
COMMENT ON FUNCTION @extschema@.engram_associate IS 'Connects two memories, or changes the weight of their connection';
COMMENT ON FUNCTION @extschema@.engram_dissociate IS 'Removes the associations from one memory to another';
COMMENT ON FUNCTION @extschema@.engram_forget IS 'Suppresses, restores or deletes one memory';
COMMENT ON FUNCTION @extschema@.engram_forget_where IS 'Suppresses, restores or deletes the memories that meet all conditions';
COMMENT ON FUNCTION @extschema@.engram_update IS 'Corrects a memory, or reconsolidates it where it is labile, and keeps its former version';
COMMENT ON FUNCTION @extschema@.engram_lability IS 'Says whether a memory is labile, so that an update can reconsolidate it';
COMMENT ON FUNCTION @extschema@.engram_supersede IS 'Replaces a memory by another one, or by one made of a content; returns the one that holds';
COMMENT ON FUNCTION @extschema@.engram_reinstate IS 'Undoes the replacement of a memory';
COMMENT ON FUNCTION @extschema@.engram_confirm IS 'Counts evidence for a memory, once for each independent source';
COMMENT ON FUNCTION @extschema@.engram_contradict IS 'Counts evidence against a memory, once for each independent source';
COMMENT ON FUNCTION @extschema@.engram_answer_confidence IS 'Returns how sure the answer to a question is as a whole, and what makes it unsure';
COMMENT ON FUNCTION @extschema@.engram_create_space IS 'Makes a space with its language, dimensions, roles and quotas';
COMMENT ON FUNCTION @extschema@.engram_configure_space IS 'Changes a space; null leaves what is set';
COMMENT ON FUNCTION @extschema@.engram_drop_space IS 'Removes a space and everything in it';
COMMENT ON FUNCTION @extschema@.engram_set_retention IS 'Makes, changes or removes the rule by which the worker forgets memories of a kind';
COMMENT ON FUNCTION @extschema@.engram_retention_plan IS 'Returns what the rules of a space would forget now, oldest first';
COMMENT ON FUNCTION @extschema@.engram_export IS 'Returns a space as lines of JSON, whole and in a stable order';
COMMENT ON FUNCTION @extschema@.engram_import IS 'Stores what lines of an export say, into the space they name or another one';
COMMENT ON PROCEDURE @extschema@.engram_reembed IS 'Gives a space another encoder, in batches and with recall going on; a call that ended early is continued by the next';
COMMENT ON FUNCTION @extschema@.engram_reembed_put IS 'Hands in the embedding of a memory by the encoder that its space is getting';
COMMENT ON FUNCTION @extschema@.engram_reembed_cancel IS 'Gives up getting another encoder, and forgets the embeddings made for it';
COMMENT ON FUNCTION @extschema@.engram_check IS 'Returns a row for each violated invariant between tables and shared memory';
COMMENT ON FUNCTION @extschema@.engram_watch IS 'Makes a watch: what activates its cue above a threshold is announced by NOTIFY, by id';
COMMENT ON FUNCTION @extschema@.engram_unwatch IS 'Removes a watch; false where there is none of that id';
COMMENT ON FUNCTION @extschema@.engram_channel IS 'Channel on which watches and activity of a space are announced';
COMMENT ON FUNCTION @extschema@.engram_embed IS 'Vector of a text by the built-in encoder; null where it knows no word of it';
COMMENT ON FUNCTION @extschema@.engram_set_decay IS 'Says how a memory, the memories of a kind, or those of a space are forgotten';
COMMENT ON FUNCTION @extschema@.engram_retrievability IS 'Returns how well a memory can be retrieved at a time, and what that rests on';
COMMENT ON FUNCTION @extschema@.engram_feedback IS 'Says whether the last recall of a memory was of use, which decides how much it strengthens it';
COMMENT ON FUNCTION @extschema@.engram_stat_reset IS 'Begins all counts of the server anew';
COMMENT ON FUNCTION @extschema@.engram_worker_pause IS 'Pauses consolidation of a space, or in the whole database, until engram_worker_resume; false where it was paused';
COMMENT ON FUNCTION @extschema@.engram_worker_resume IS 'Ends what engram_worker_pause began; false where nothing was paused';
COMMENT ON FUNCTION @extschema@.engram_worker_run_now IS 'Has a worker run at once, and waits for what comes of it where that is asked for';
COMMENT ON FUNCTION @extschema@.engram_beliefs IS 'Returns the published beliefs of a space, the latest or those of a time or version; waits for no run';
COMMENT ON FUNCTION @extschema@.engram_beliefs_version IS 'What tells one version of the published beliefs of a space from another';
COMMENT ON FUNCTION @extschema@.engram_export_events IS 'Returns what became of beliefs as lines of JSON, in a stable order';
COMMENT ON FUNCTION @extschema@.engram_undo IS 'Undoes a run of consolidation: the rows that it changed become what they were';
COMMENT ON FUNCTION @extschema@.engram_report IS 'Returns one HTML page about what the caller may see: tiers, latency, activity, beliefs, graph health, workers, settings';
COMMENT ON FUNCTION @extschema@.engram_graph IS 'Draws what activation reaches from a memory, as dot, json or svg';
COMMENT ON FUNCTION @extschema@.engram_version IS 'Versions of the loaded library and of the catalog';

GRANT USAGE ON SCHEMA engram TO engram_reader, pg_monitor;
GRANT SELECT ON
    engram.space, engram.memory, engram.memory_history, engram.warm, engram.cold, engram.trace,
    engram.association, engram.cue_alias, engram.audit, engram.watch, engram.watches, engram.feedback, engram.citation,
    engram.consolidation_run, engram.consolidation_snapshot, engram.belief_event, engram.belief,
    engram.lineage, engram.consolidation_touch, engram.consolidation, engram.memories, engram.retention,
    engram.decay,
    engram.reembedding, engram.reembedded, engram.reembedding_pending, engram.stat_reembedding,
    engram.evidence, engram.supersession, engram.contradictions, engram.beliefs, engram.belief_events, engram.belief_conflicts, engram.calibration, engram.calibration_error
    TO engram_reader;
GRANT INSERT, UPDATE, DELETE ON engram.memory, engram.association, engram.cue_alias TO engram_writer;
GRANT SELECT ON engram.space TO pg_monitor;
GRANT SELECT ON engram.stat_tier, engram.stat_worker, engram.stat_move, engram.stat_info, engram.stat_snapshot,
    engram.stat_standby, engram.stat_reinforcement, engram.consolidation_health, engram.stat_consolidation,
    engram.stat_worker_pool TO engram_reader, pg_monitor;
GRANT SELECT ON
    engram.metrics, engram.metrics_info, engram.metrics_operation, engram.metrics_operation_errors, engram.metrics_operation_duration,
    engram.metrics_recall, engram.metrics_recall_rows, engram.metrics_hot_tier, engram.metrics_hot_tier_load, engram.metrics_tier,
    engram.metrics_tier_moves, engram.metrics_spread, engram.metrics_limit_hits, engram.metrics_reinforcement, engram.metrics_worker,
    engram.metrics_worker_state, engram.metrics_snapshot, engram.metrics_standby, engram.metrics_remembered, engram.metrics_consolidation,
    engram.metrics_consolidation_health, engram.metrics_belief_events, engram.stat_operation,
    engram.stat_space
    TO pg_monitor;

-- Every function of the extension, wherever it lives and whichever file made it.
DO $engram$
DECLARE
    f record;
    granted text;
BEGIN
    FOR f IN
        SELECT p.oid, p.proname, p.prorettype, p.prokind, n.nspname,
               pg_catalog.pg_get_function_identity_arguments(p.oid) AS arguments
        FROM pg_catalog.pg_depend d
        JOIN pg_catalog.pg_extension e ON e.oid OPERATOR(pg_catalog.=) d.refobjid
        JOIN pg_catalog.pg_proc p ON p.oid OPERATOR(pg_catalog.=) d.objid
        JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) p.pronamespace
        WHERE d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_extension'::pg_catalog.regclass
          AND d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_proc'::pg_catalog.regclass
          AND d.deptype OPERATOR(pg_catalog.=) 'e'
          AND e.extname OPERATOR(pg_catalog.=) 'engram'
    LOOP
        EXECUTE pg_catalog.format('REVOKE ALL ON ROUTINE %I.%I(%s) FROM PUBLIC',
                                  f.nspname, f.proname, f.arguments);
        granted := CASE
            WHEN f.prorettype OPERATOR(pg_catalog.=) 'pg_catalog.trigger'::pg_catalog.regtype THEN NULL
            WHEN f.proname OPERATOR(pg_catalog.=) ANY (ARRAY['tier_stat', 'worker_stat', 'move_stat', 'info_stat', 'snapshot_stat',
                'standby_stat', 'reinforcement_stat', 'consolidation_health_of', 'consolidation_stat', 'worker_pool_stat',
                'engram_version', 'engram_conformance', 'engram_report']::pg_catalog.name[])
                THEN 'engram_reader, pg_monitor'
            WHEN f.proname OPERATOR(pg_catalog.=) ANY (ARRAY['may_read', 'may_write', 'graph_health',
                'engram_recall', 'engram_recall_across', 'engram_explain_recall', 'engram_explain_recall_text',
                'engram_feeling_of_knowing', 'engram_spread', 'engram_graph', 'engram_complete', 'engram_imagine', 'engram_predict',
                'engram_embed', 'engram_retention_plan', 'engram_export', 'engram_retrievability', 'engram_feedback',
                'engram_answer_confidence', 'engram_and', 'engram_or', 'engram_not', 'believed', 'engram_lability',
                'engram_query', 'engram_watch', 'engram_unwatch', 'engram_channel',
                'engram_beliefs', 'engram_beliefs_version', 'engram_export_events']::pg_catalog.name[])
                THEN 'engram_reader'
            WHEN f.proname OPERATOR(pg_catalog.=) 'engram_check' THEN 'engram_admin, pg_monitor'
            WHEN f.proname OPERATOR(pg_catalog.=) ANY (ARRAY['operation_stat', 'duration_stat', 'distribution_stat', 'error_stat',
                'counter_stat', 'hot_stat', 'metrics_stat', 'worker_total_stat', 'consolidation_metrics']::pg_catalog.name[])
                THEN 'pg_monitor'
            WHEN f.proname OPERATOR(pg_catalog.=) 'engram_stat_reset' THEN 'engram_admin'
            WHEN f.proname OPERATOR(pg_catalog.=) ANY (ARRAY['engram_remember', 'engram_remember_many',
                'engram_forget', 'engram_forget_where', 'engram_set_tier', 'engram_update', 'engram_supersede',
                'engram_reinstate', 'engram_confirm', 'engram_contradict', 'engram_consolidate',
                'engram_associate', 'engram_dissociate', 'learn', 'engram_create_space', 'engram_drop_space',
                'engram_configure_space', 'engram_set_retention', 'engram_import', 'engram_set_decay',
                'engram_worker_pause', 'engram_worker_resume', 'engram_worker_run_now',
                'engram_reembed', 'engram_reembed_put', 'engram_reembed_cancel', 'reembed_step', 'engram_undo']::pg_catalog.name[])
                THEN 'engram_writer'
        END;
        IF granted IS NOT NULL THEN
            EXECUTE pg_catalog.format('GRANT EXECUTE ON ROUTINE %I.%I(%s) TO %s',
                                      f.nspname, f.proname, f.arguments, granted);
        END IF;
    END LOOP;
END
$engram$;

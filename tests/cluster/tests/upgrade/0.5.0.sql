-- Every function of version 0.5.0, as that version declares it. The last byte of an id is its number.
SELECT engram_create_space('log book', 3, 'english', NULL, '{}', '{}', 'outside', 1000, 1000000, 1000000);
SELECT engram_configure_space('log book', NULL, 'english', NULL, NULL, NULL, NULL, 2000, NULL, NULL, '1 hour', '{"consolidation_min_size": 3}');
-- Recalls leave no use behind, which a worker would write at a time of its own.
-- All twelve arguments by position; a second time for the same text, which is stored because it is asked for.
SELECT engram_remember('Ana Marlow keeps the boat in Saltmere', '[1,0,0]', 'log book', 'call 12', '{harbour}', 'fact', 0.9,
    '2020-02-03 04:05:06Z', 'mate', '{"tide": 3}', '018f0000-0000-7000-8000-000000000001', 'store');
SELECT engram_remember('Ana Marlow keeps the boat in Saltmere', '[1,0,0]', 'log book', 'call 12', '{harbour}', 'fact', 0.9,
    '2020-02-03 04:05:06Z', 'mate', '{"tide": 3}', '018f0000-0000-7000-8000-000000000002', 'store');
SELECT engram_remember('the ferry was painted green', '[0,1,0]', space => 'log book', id => '018f0000-0000-7000-8000-000000000003');
SELECT engram_remember('bread is dear', '[0,0,1]', space => 'log book', id => '018f0000-0000-7000-8000-000000000004');
-- The same text again counts as a use of what is there.
SELECT engram_remember('Bread is  DEAR', '[0,0,1]', space => 'log book', on_duplicate => 'reinforce');
SELECT engram_remember_many('[{"content": "a gale warning was read at noon", "space": "letters",
    "id": "018f0000-0000-7000-8000-000000000005"}]');
SELECT engram_remember('the pilot answered by lamp', space => 'letters', id => '018f0000-0000-7000-8000-000000000006');
SELECT engram_remember('a draft to be thrown away', space => 'letters', id => '018f0000-0000-7000-8000-000000000007');
SELECT engram_update('018f0000-0000-7000-8000-000000000005', 'a storm warning was read at noon', space => 'letters');
SELECT engram_supersede('018f0000-0000-7000-8000-000000000007', '018f0000-0000-7000-8000-000000000006', 'letters');
SELECT engram_reinstate('018f0000-0000-7000-8000-000000000007', 'letters');
SELECT * FROM engram_confirm('018f0000-0000-7000-8000-000000000006', NULL, 'pilot', 1, 'letters');
SELECT * FROM engram_contradict('018f0000-0000-7000-8000-000000000006', NULL, 'mate', 1, 'letters');
SELECT engram_forget('018f0000-0000-7000-8000-000000000007', 'delete', 'letters');
SELECT engram_forget_where('{"tide": 4}', '{fact}', 'call 12', '2020-01-01', '2021-01-01', 'suppress', 'log book');
SELECT engram_associate('018f0000-0000-7000-8000-000000000001', '018f0000-0000-7000-8000-000000000003', 'causal', 0.8, 'log book');
SELECT engram_associate('018f0000-0000-7000-8000-000000000004', '018f0000-0000-7000-8000-000000000003', space => 'log book');
SELECT engram_dissociate('018f0000-0000-7000-8000-000000000004', '018f0000-0000-7000-8000-000000000003', space => 'log book');
SELECT id FROM engram_recall('the ferry', space => 'log book', reinforce => false);
SELECT id FROM engram_recall_across('{log book,letters}', 'the ferry', reinforce => false);
SELECT id FROM engram_spread(ARRAY['018f0000-0000-7000-8000-000000000001'::uuid], 'log book', 2, 0.001, 5);
SELECT * FROM engram_explain_recall('the ferry', space => 'log book');
SELECT engram_explain_recall_text('the ferry', space => 'log book');
SELECT * FROM engram_feeling_of_knowing('the ferry', NULL, 'log book', 'call 12', '{harbour}');
SELECT engram_embed('a ferry');
SELECT engram_set_tier('018f0000-0000-7000-8000-000000000004', 'cold', NULL, 'log book');
SELECT engram_set_tier('018f0000-0000-7000-8000-000000000004', 'hot', true, 'log book');
SELECT engram_set_retention('note', '1000 years', 1000, 'suppress', 'log book');
SELECT * FROM engram_retention_plan('log book');
-- Or the worker writes when it was applied, and the rows compared differ.
SELECT engram_set_retention('note', space => 'log book');
SELECT engram_import(array_agg(line), 'a copy', 1) FROM engram_export('letters') AS line;
SELECT engram_drop_space('a copy');
-- One transaction runs all of this, and the procedure commits: it comes as far as that. What is handed in needs a space that is getting an encoder.
SELECT engram_create_space('bare', dimensions => 3, encoder => 'outside');
DO $$
BEGIN
    CALL engram_reembed('bare', 'other', 4, 10);
EXCEPTION WHEN invalid_transaction_termination THEN
    NULL;
END
$$;
DO $$
BEGIN
    PERFORM engram_reembed_put('018f0000-0000-7000-8000-000000000001', '[1,0,0,0]', 'log book', NULL);
EXCEPTION WHEN object_not_in_prerequisite_state THEN
    NULL;
END
$$;
DO $$
BEGIN
    PERFORM engram_reembed_cancel('log book');
EXCEPTION WHEN object_not_in_prerequisite_state THEN
    NULL;
END
$$;
SELECT engram_drop_space('bare');
SELECT engram_create_space('gone', encoder => 'none');
SELECT engram_drop_space('gone');
SELECT * FROM engram_answer_confidence('the ferry', space => 'log book');
SELECT engram_and('(0.5,0.4,0.6)', '(0.5,0.4,0.6)'), engram_or('(0.5,0.4,0.6)', '(0.5,0.4,0.6)'), engram_not('(0.5,0.4,0.6)');
SELECT engram_channel('log book');
SELECT engram_unwatch(engram_watch('ferry', space => 'log book'), 'log book');
SELECT * FROM engram_complete('{"what": "ferry"}', space => 'log book');
SELECT * FROM engram_imagine('{ferry}', space => 'log book');
SELECT * FROM engram_predict(cue => 'ferry', space => 'log book');
SELECT count(*) FROM engram_conformance();
SELECT * FROM engram_lability('018f0000-0000-7000-8000-000000000003', 'log book');
SELECT * FROM engram_retrievability('018f0000-0000-7000-8000-000000000003', 'log book');
SELECT engram_set_decay('power', 'log book', 'note');
SELECT engram_set_decay(NULL, 'log book', 'note');
SELECT engram_query('EXPLAIN RECALL "ferry" IN SPACE "log book"');
DO $$
BEGIN
    PERFORM engram_feedback('018f0000-0000-7000-8000-000000000003', true, 'log book');
EXCEPTION WHEN object_not_in_prerequisite_state THEN
    NULL;
END
$$;
SELECT * FROM engram_check();
SELECT * FROM engram_version();
INSERT INTO engram.cue_alias (space, alias, cue) VALUES ('log book', ' Brave  Skipper', 'Ana  Marlow');
-- Beliefs: of two runs the first is undone.
SELECT engram_remember(content, embedding::vector, 'log book', kind => 'episode', source => 'mate',
    occurred_at => '2020-03-01 09:00Z'::timestamptz + n * interval '7 days', id => ('018f0000-0000-7000-8000-0000000001' || lpad(n::text, 2, '0'))::uuid)
FROM (VALUES (1, 'Ana waters the plants on the balcony', '[1,1,0]'), (2, 'The plants were watered by Ana', '[1,1.1,0]'),
             (3, 'Ana has watered her plants', '[1,1,0.1]'), (4, 'Ana waters plants', '[1,1.1,0.1]')) AS t (n, content, embedding);
SELECT action, content FROM engram_consolidate('log book', true);
SELECT action, content FROM engram_consolidate('log book', false);
SELECT * FROM engram_undo((SELECT run FROM engram.consolidation_run WHERE space = 'log book' LIMIT 1), 'log book');
SELECT action, content FROM engram_consolidate(space => 'log book');
SELECT belief, content FROM engram_beliefs('log book', NULL, engram_beliefs_version('log book'));
SELECT engram_export_events('log book');
SELECT engram_worker_pause('consolidator', 'letters');
SELECT engram_worker_resume('consolidator', 'letters');
DO $$
BEGIN
    PERFORM engram_worker_run_now('consolidator', 'log book', false);
EXCEPTION WHEN object_not_in_prerequisite_state THEN
    NULL;
END
$$;

-- One round of a small workload with a bit of everything, errors included: for metrics to have something to show. Run without ON_ERROR_STOP.
SELECT engram_remember('The pilot of the ' || (ARRAY['Kittiwake', 'Heron', 'Gannet', 'Petrel', 'Tern'])[1 + floor(random() * 5)] || ' ' ||
                       (ARRAY['came on board at', 'lost the chart off', 'met Ana Ruiz in', 'saw the lantern of', 'waited for fog near'])[1 + floor(random() * 5)] || ' ' ||
                       (ARRAY['Saltmere', 'Lisbon', 'Port Elsin', 'the third buoy', 'Hern Bay'])[1 + floor(random() * 5)] || ' on day ' || floor(random() * 5000),
                       space => (ARRAY['log', 'harbour', 'crew'])[1 + floor(random() * 3)], confidence => (0.2 + 0.8 * random())::real, on_duplicate => 'store');
SET engram.space = 'log';
SELECT count(*) FROM engram_recall('Where did the pilot of the Heron lose the chart?', k => 5);
SELECT count(*) FROM engram_recall('Who met Ana Ruiz in Lisbon on day ' || floor(random() * 5000), space => 'crew', k => 5);
SELECT count(*) FROM engram_query('RECALL "the lantern of Saltmere"');
-- Every few rounds, what is rarer.
SELECT random() < 0.15 AS rarely \gset
\if :rarely
SELECT id AS last FROM engram.memory WHERE space = 'log' AND suppressed_at IS NULL ORDER BY created_at DESC LIMIT 1 \gset
SELECT id AS first FROM engram.memory WHERE space = 'log' AND suppressed_at IS NULL ORDER BY created_at LIMIT 1 \gset
SELECT engram_associate(:'last', :'first', kind => 'temporal', weight => 0.8);
SELECT count(*) FROM engram_spread(ARRAY[:'last']::uuid[]);
SELECT count(*) FROM engram_complete('{"what": "The pilot of the Heron"}');
SELECT count(*) FROM engram_imagine('{pilot, Heron}');
SELECT count(*) FROM engram_predict(cue => 'the pilot');
SELECT engram_forget(:'first');
SELECT engram_explain_recall_text('the pilot');
SELECT count(*) FROM engram_consolidate();
SELECT random() < 0.3 AS wrongly \gset
\if :wrongly
SELECT count(*) FROM engram_recall('the pilot', k => -1);
\endif
-- Nothing comes to mind there.
SET engram.builtin_encoder = off;
SELECT engram_remember('a day without wind', space => 'quiet', on_duplicate => 'reinforce');
SELECT count(*) FROM engram_recall('xylophone', space => 'quiet');
\endif

SET engram.space = 'belief';
-- Evidence counts once for each independent source, and moves confidence its way.
SELECT engram_remember('the ferry to Saltmere leaves at nine', id => known_id(1), source => 'harbour office') = known_id(1) AS stored;
SELECT engram_remember('the boats start at nine says the baker', id => known_id(2), source => 'baker') = known_id(2) AS stored;
SELECT engram_remember('a note of the Baker about nine', id => known_id(3), source => ' BAKER ') = known_id(3) AS stored;
SELECT engram_remember('the ferry to Saltmere leaves at nine sharp', id => known_id(4)) = known_id(4) AS stored;
SELECT engram_remember('the ferry to Saltmere leaves at ten, a sign says', id => known_id(5)) = known_id(5) AS stored;
SELECT * FROM engram_confirm(known_id(1), by => known_id(2));
SELECT * FROM engram_confirm(known_id(1), by => known_id(2));
SELECT * FROM engram_confirm(known_id(1), by => known_id(3));
SELECT * FROM engram_confirm(known_id(1), source => 'baker');
SELECT * FROM engram_confirm(known_id(1), source => 'Harbour  Office');
SELECT * FROM engram_confirm(known_id(1), by => known_id(4));
SELECT * FROM engram_confirm(known_id(1), source => 'captain', weight => 3);
SELECT * FROM engram_contradict(known_id(1), by => known_id(5));
SELECT * FROM engram_contradict(known_id(1), source => 'harbour office', weight => 0.5);
-- Who changes their mind counts for what they say last.
SELECT * FROM engram_contradict(known_id(1), source => 'baker');
-- Nobody in particular: each call is an observation.
SELECT counted, reason FROM engram_confirm(known_id(1));
SELECT counted, reason FROM engram_confirm(known_id(1));
SELECT supports, weight, source, "by", given_by = current_user AS mine, withdrawn_at IS NOT NULL AS withdrawn
FROM engram.evidence WHERE space = 'belief' ORDER BY entry;
SELECT id, "by" FROM engram.contradictions WHERE space = 'belief';
SELECT evidence_for, evidence_against FROM engram.memory WHERE space = 'belief' AND id = known_id(1);
SELECT signal, value, share, detail FROM engram_explain_recall('when does the ferry leave', k => 1, min_score => 0.1) WHERE signal = 'confidence';
SELECT id, confidence, confidence_low, confidence_high FROM engram_recall('the ferry to Saltmere leaves at nine', k => 1);
-- A memory that spoke may go; what it said stays counted.
SELECT engram_forget(known_id(5), 'delete');
SELECT count(*) FILTER (WHERE NOT supports) AS against FROM engram.evidence WHERE space = 'belief' AND withdrawn_at IS NULL;
-- Refused
SELECT attempt($$SELECT engram_confirm(NULL)$$);
SELECT attempt($$SELECT engram_confirm(known_id(1), weight => 0)$$);
SELECT attempt($$SELECT engram_confirm(known_id(1), weight => 'NaN')$$);
SELECT attempt($$SELECT engram_contradict(known_id(1), by => known_id(1))$$);
SELECT attempt($$SELECT engram_contradict(known_id(1), by => known_id(99))$$);
SELECT attempt($$SELECT engram_confirm(known_id(99))$$);
SELECT attempt($$SELECT engram_confirm(known_id(1), source => ' ')$$);
SELECT attempt($$SELECT engram_confirm(known_id(1), space => 'no such space')$$);

-- One fact replaces another; what was believed before is still there to ask for.
SET engram.space = 'validity';
SELECT engram_remember('Ana lives in London', id => known_id(11)) = known_id(11) AS stored;
SELECT engram_remember('Ben lives in Hull', id => known_id(12)) = known_id(12) AS stored;
SELECT clock_timestamp() AS before \gset
SELECT engram_supersede(known_id(11), content => 'Ana lives in Rome', source => 'Ana') AS rome \gset
SELECT clock_timestamp() AS after \gset
SELECT content FROM engram_recall('where does Ana live', k => 5, reinforce => false);
SELECT content FROM engram_recall('where does Ana live', k => 5, as_of => :'before');
SELECT content FROM engram_recall('where does Ana live', k => 5, as_of => :'after');
SELECT content FROM engram_recall_across(ARRAY['validity'], 'where does Ana live', k => 5, as_of => :'before');
SELECT content, tier FROM engram_recall(ids => ARRAY[known_id(11)], k => 5, as_of => :'before');
SELECT count(*) FROM engram_recall('where does Ana live', as_of => '2001-01-01');
SELECT old_id, new_id = :'rome' AS new, ended, began, made, undone_at FROM engram.supersession WHERE space = 'validity';
SELECT id = :'rome' AS new, superseded_by = :'rome' AS superseded, valid_from IS NOT NULL AS since, valid_to IS NOT NULL AS until, source
FROM engram.memory WHERE space = 'validity' ORDER BY id;
-- Former versions
SELECT engram_update(known_id(12), 'Ben lives in York');
SELECT clock_timestamp() AS later \gset
SELECT content FROM engram_recall('where does Ben live', k => 1, as_of => :'after');
SELECT content FROM engram_recall('where does Ben live', k => 1, as_of => :'later');
SELECT count(*) FROM engram_recall('York', k => 5, as_of => :'after') WHERE content LIKE '%York%';
-- Evidence of then
SELECT counted FROM engram_confirm(known_id(12), source => 'Ben');
SELECT confidence FROM engram_recall('where does Ben live', k => 1, as_of => :'later');
SELECT confidence FROM engram_recall('where does Ben live', k => 1);
SELECT detail FROM engram_explain_recall('where does Ben live', k => 1) WHERE signal = 'confidence';
SELECT detail FROM engram_explain_recall('where does Ben live', k => 1, as_of => :'later') WHERE signal = 'confidence';
-- Undone
SELECT engram_reinstate(known_id(11));
SELECT engram_reinstate(known_id(11));
SELECT content FROM engram_recall('where does Ana live', k => 5, reinforce => false);
SELECT clock_timestamp() AS undone \gset
SELECT content FROM engram_recall('where does Ana live', k => 5, as_of => :'after');
SELECT content FROM engram_recall('where does Ana live', k => 5, as_of => :'undone');
SELECT superseded_by, valid_to FROM engram.memory WHERE space = 'validity' AND id = known_id(11);
-- A replacement that begins in the past was not known then; one by a memory that is there leaves it as it was.
SELECT engram_remember('Ana lives in Oslo', id => known_id(13)) = known_id(13) AS stored;
SELECT engram_supersede(known_id(11), known_id(13), valid_from => now() - interval '1 day') = known_id(13) AS oslo;
SELECT content FROM engram_recall('where does Ana live', k => 5, as_of => :'undone');
SELECT content FROM engram_recall('where does Ana live', k => 5);
SELECT engram_supersede(known_id(11), known_id(12)) = known_id(12) AS other_one;
SELECT valid_from FROM engram.memory WHERE space = 'validity' AND id = known_id(13);
SELECT engram_reinstate(known_id(11));
SELECT id, valid_from, valid_to, suppressed_at FROM engram.memory WHERE space = 'validity' AND id <> :'rome' ORDER BY id;
-- What is not valid yet, or no longer, is no current fact.
UPDATE engram.memory SET valid_to = now() - interval '1 hour' WHERE space = 'validity' AND id = known_id(13);
UPDATE engram.memory SET valid_from = now() + interval '1 hour' WHERE space = 'validity' AND id = known_id(12);
SELECT content FROM engram_recall('who lives', k => 5, cues => '{ana,ben}');
UPDATE engram.memory SET valid_from = NULL, valid_to = NULL WHERE space = 'validity';
-- Refused
SELECT attempt($$SELECT engram_supersede(known_id(11))$$);
SELECT attempt($$SELECT engram_supersede(known_id(11), known_id(12), content => 'x')$$);
SELECT attempt($$SELECT engram_supersede(known_id(11), known_id(12), confidence => 0.5)$$);
SELECT attempt($$SELECT engram_supersede(known_id(11), known_id(12), valid_from => now() + interval '1 day')$$);
UPDATE engram.memory SET valid_from = '2020-01-01' WHERE space = 'validity' AND id = known_id(11);
SELECT attempt($$SELECT engram_supersede(known_id(11), known_id(12), valid_from => '2019-01-01')$$);
SELECT attempt($$SELECT engram_supersede(known_id(11), content => ' ')$$);
SELECT attempt($$SELECT engram_reinstate(known_id(99))$$);
SELECT superseded_by FROM engram.memory WHERE space = 'validity' AND id = known_id(11);
-- One that was replaced without a function
UPDATE engram.memory SET superseded_by = known_id(12), valid_to = now() WHERE space = 'validity' AND id = known_id(13);
SELECT engram_reinstate(known_id(13));
SELECT superseded_by, valid_to FROM engram.memory WHERE space = 'validity' AND id = known_id(13);

-- Calibration: what was believed when feedback was given, against what came of it.
SET engram.space = 'calibration';
SELECT count(engram_remember('fact number ' || n, id => known_id(20 + n), confidence => CASE WHEN n <= 4 THEN 0.75 ELSE 0.25 END)) FROM generate_series(1, 8) n;
INSERT INTO engram.feedback (space, id, entry, useful) SELECT 'calibration', known_id(20 + n), known_id(n), n IN (1, 2, 3, 5) FROM generate_series(1, 8) n;
INSERT INTO engram.feedback (space, id, entry, useful, given_at) VALUES ('calibration', known_id(21), known_id(9), true, '2020-01-01');
SELECT confidence, count(*) FROM engram.feedback WHERE space = 'calibration' GROUP BY 1 ORDER BY 1;
SELECT bin, low, high, n, predicted, observed FROM engram.calibration WHERE space = 'calibration' ORDER BY bin;
SELECT n, ece, round(brier::numeric, 6) AS brier FROM engram.calibration_error WHERE space = 'calibration';
UPDATE engram.feedback SET useful = NOT useful WHERE space = 'calibration';
SELECT n, ece, round(brier::numeric, 6) AS brier FROM engram.calibration_error WHERE space = 'calibration';

-- An answer as a whole, and statements made of statements.
SET engram.space = 'belief';
SELECT (confidence).mean > 0.5 AS likely, (confidence).low < (confidence).mean AND (confidence).mean < (confidence).high AS proper,
       decay + spread + evidence AS shares, memories
FROM engram_answer_confidence('when does the ferry to Saltmere leave', k => 3);
SELECT confidence, decay, spread, evidence, memories FROM engram_answer_confidence('xylophone quark', space => 'calibration', min_score => 0.9);
SELECT engram_and(ROW(0.8, 0.6, 0.9)::engram.confidence, ROW(0.5, 0.25, 0.75)::engram.confidence);
SELECT engram_or(ROW(0.8, 0.6, 0.9)::engram.confidence, ROW(0.5, 0.25, 0.75)::engram.confidence);
SELECT engram_not(ROW(0.8, 0.6, 0.9)::engram.confidence);
SELECT engram_and(c), engram_or(c) FROM unnest(ARRAY[ROW(0.5, 0.5, 0.5), ROW(0.5, 0.25, 1), ROW(1, 1, 1)]::engram.confidence[]) c;
SELECT engram_and(NULL, ROW(1, 1, 1)::engram.confidence) IS NULL AS null_is_null;
SELECT attempt($$SELECT engram_not(ROW(2, 0, 1)::engram.confidence)$$);
SELECT attempt($$SELECT engram_not(ROW(0.5, 0.6, 1)::engram.confidence)$$);
SELECT attempt($$SELECT engram_not(ROW(NULL, 0, 1)::engram.confidence)$$);

-- A small story: episodes that say the same become beliefs.
SET engram.space = 'story';
SELECT engram_create_space('story', dimensions => 4);
CREATE FUNCTION tell(n integer, content text, e real[], at timestamptz, source text) RETURNS uuid LANGUAGE sql AS $$
    SELECT engram_remember(content, embedding => e::vector, id => known_id(n), occurred_at => at, source => source)
$$;
SELECT count(tell(n, content, e, '2026-01-02 09:00+00'::timestamptz + n * interval '7 days', 's' || n))
FROM (VALUES (1, 'Maria waters the plants on the balcony', '{1,0,0,0}'::real[]),
             (2, 'The plants were watered by Maria', '{1,0.1,0,0}'),
             (3, 'Maria has watered her plants', '{1,0,0.1,0}'),
             (4, 'Maria waters plants', '{1,0.1,0.1,0}'),
             (5, 'Plants, watered by Maria', '{1,0,0,0.1}'),
             (11, 'The nightly backup failed', '{0,0,1,0}'),
             (12, 'The backup has failed at night', '{0,0.1,1,0}'),
             (13, 'Backup: failed', '{0,0,1,0.1}'),
             (21, 'A heron stood in the pond', '{0,0,0,1}')) AS t(n, content, e);
-- What a run would do, and that it writes nothing.
CREATE TABLE planned AS SELECT * FROM engram_consolidate(dry_run => true);
SELECT action, belief, content, evidence_for, evidence_against, citations, detail FROM planned ORDER BY belief;
SELECT count(*) FROM engram.memory WHERE space = 'story' AND kind = 'belief';
BEGIN READ ONLY;
SELECT count(*) FROM engram_consolidate(dry_run => true);
SELECT attempt('SELECT * FROM engram_consolidate()') ~ '^25006' AS refused;
COMMIT;
-- It does what it would do.
CREATE TABLE done AS SELECT * FROM engram_consolidate();
(TABLE planned EXCEPT TABLE done) UNION ALL (TABLE done EXCEPT TABLE planned);
SELECT content, kind, origin, evidence_for, cues, metadata, occurred_at FROM engram.memory WHERE space = 'story' AND kind = 'belief' ORDER BY id;
SELECT label, state, count, cohesion > 0.9 AS close, regularity ->> 'every' AS every, first_at, last_at, contradicts
FROM engram.belief WHERE space = 'story' ORDER BY id;
SELECT belief, evidence, supports, weight > 0.9 AS close FROM engram.citation WHERE space = 'story' ORDER BY belief, evidence;
SELECT kind, confidence_before, confidence_after, citation_delta, novelty, version FROM engram.belief_event WHERE space = 'story' ORDER BY belief;
SELECT state, episodes, beliefs, novelty, version, cause, counts FROM engram.consolidation_run WHERE space = 'story';
SELECT what, before IS NULL AS made, count(*), bool_and(after_hash IS NOT NULL) AS hashed
FROM engram.consolidation_touch WHERE space = 'story' GROUP BY 1, 2 ORDER BY 1;
SELECT belief, version, until, content, label, citations FROM engram.consolidation_snapshot WHERE space = 'story' ORDER BY belief;
-- A belief is recalled as a memory is.
SELECT kind, origin, content FROM engram_recall('plants', embedding => '[1,0,0,0]', kinds => '{belief}', k => 1);
-- A run with nothing new writes no belief, no event, no snapshot.
CREATE TEMP TABLE before AS SELECT id, changed FROM engram.memory WHERE space = 'story';
SELECT * FROM engram_consolidate();
SELECT count(*) FROM engram.memory m LEFT JOIN before b USING (id, changed) WHERE m.space = 'story' AND b.id IS NULL;
SELECT version, counts, count(*) OVER (PARTITION BY signature) AS same FROM engram.consolidation_run WHERE space = 'story' ORDER BY run;
SELECT count(*) FROM engram.consolidation_snapshot WHERE space = 'story';
SELECT version, failures_in_row, low_novelty_runs FROM engram.consolidation WHERE space = 'story';
-- One more episode strengthens, and only what differs is published.
SELECT tell(14, 'The backup failed once more', '{0,0,1,0.05}', '2026-06-01', 's14') = known_id(14) AS told;
SELECT action, content, evidence_for, cardinality(citations), detail FROM engram_consolidate();
SELECT version, until, citations FROM engram.consolidation_snapshot WHERE space = 'story' ORDER BY version, citations;
-- Evidence that somebody gives stays beside that of the citations.
SELECT id AS backup FROM engram.memory WHERE space = 'story' AND kind = 'belief' AND content LIKE '%ackup%' \gset
SELECT count(*) FROM engram_confirm(:'backup', source => 'the log', weight => 2);
SELECT count(*) FROM engram_consolidate();
SELECT evidence_for FROM engram.memory WHERE id = :'backup';
-- An edit wins.
SELECT count(*) FROM engram_update(:'backup', content => 'Backups fail since the disk is full', embedding => '[0,0,1,0]');
SELECT tell(15, 'Another failed backup', '{0,0,1,0.02}', '2026-06-02', 's15') = known_id(15) AS told;
SELECT action, evidence_for, cardinality(citations), detail FROM engram_consolidate();
SELECT content FROM engram.memory WHERE id = :'backup';
SELECT counts FROM engram.consolidation_run WHERE space = 'story' ORDER BY run DESC LIMIT 1;
-- A belief whose evidence is gone is retired, and back with it.
SELECT engram_forget_where(kinds => '{episode}', until => '2026-03-20');
SELECT action, content, detail FROM engram_consolidate() ORDER BY action;
SELECT b.state, m.suppressed_at IS NOT NULL AS suppressed FROM engram.belief b JOIN engram.memory m USING (space, id) WHERE b.space = 'story' ORDER BY b.state;
SELECT count(*) FROM engram_recall('plants', embedding => '[1,0,0,0]', kinds => '{belief}', min_score => 0.5);
SELECT engram_forget_where(kinds => '{episode}', mode => 'restore', until => '2026-03-20');
SELECT action, content, detail FROM engram_consolidate() ORDER BY action;
SELECT count(*) FROM engram_recall('plants', embedding => '[1,0,0,0]', kinds => '{belief}', min_score => 0.5);
-- What is deleted is nowhere, at once.
SELECT content AS quoted FROM engram.memory WHERE space = 'story' AND kind = 'belief' AND content LIKE '%aria%' \gset
SELECT c.evidence AS central FROM engram.citation c JOIN engram.memory m ON m.space = c.space AND m.id = c.evidence
WHERE c.space = 'story' AND starts_with(:'quoted', m.content) \gset
SELECT content AS text FROM engram.memory WHERE space = 'story' AND id = :'central' \gset
SELECT engram_forget(:'central', 'delete');
DROP TABLE planned, done;
SELECT * FROM tables_with(format($$to_jsonb(t)::text LIKE %L$$, '%' || :'text' || '%'));
SELECT content, metadata FROM engram.memory WHERE space = 'story' AND kind = 'belief' AND content LIKE '%aria%';
SELECT s.content = m.content AS published FROM engram.consolidation_snapshot s JOIN engram.memory m ON m.space = s.space AND m.id = s.belief
WHERE s.space = 'story' AND s.until IS NULL ORDER BY s.belief;
SELECT engram_forget_where(kinds => '{episode}', until => '2026-03-01', mode => 'delete');
SELECT * FROM tables_with($$to_jsonb(t)::text ~ 'aria|lants'$$);
SELECT b.state, m.content, m.embedding IS NULL AS forgotten FROM engram.belief b JOIN engram.memory m USING (space, id)
WHERE b.space = 'story' AND b.state = 'retired';
SELECT count(*) FROM engram_consolidate();
-- A belief that somebody has suppressed stays so.
SELECT engram_forget(:'backup');
SELECT tell(16, 'One more backup has failed', '{0,0,1,0.03}', '2026-06-03', 's16') = known_id(16) AS told;
SELECT count(*) FROM engram_consolidate();
SELECT suppressed_at IS NOT NULL AS suppressed FROM engram.memory WHERE id = :'backup';
SELECT count(*) FROM engram.memory WHERE space = 'story' AND kind = 'belief' AND suppressed_at IS NULL;
-- A quota leaves no room for beliefs, and fails nothing.
SELECT engram_create_space('full', dimensions => 4, quota_memories => 4);
SELECT count(engram_remember(c, embedding => '[1,0,0,0]', space => 'full', source => c))
FROM unnest(ARRAY['one of a kind', 'two of a kind', 'three of a kind']) c;
SELECT action, content FROM engram_consolidate('full');
SELECT attempt($$SELECT engram_remember('four of another', embedding => '[0,1,0,0]', space => 'full')$$);
SELECT engram_configure_space('full', quota_memories => 7);
SELECT count(engram_remember(c, embedding => '[0,1,0,0]', space => 'full', source => c))
FROM unnest(ARRAY['four of another', 'five of another', 'six of another']) c;
SELECT action, content, detail FROM engram_consolidate('full');
SELECT state, counts FROM engram.consolidation_run WHERE space = 'full' ORDER BY run DESC LIMIT 1;
-- Rights: the owner of the space, or who administers all. An unknown space and a forbidden one answer alike.
CREATE ROLE regress_cora LOGIN IN ROLE engram_writer;
CREATE ROLE regress_dora LOGIN IN ROLE engram_writer;
CREATE ROLE regress_head LOGIN IN ROLE engram_admin;
SET ROLE regress_cora;
SELECT engram_create_space('of_cora', dimensions => 4, writers => '{regress_dora}');
SELECT count(engram_remember(c, embedding => '[1,0,0,0]', space => 'of_cora', source => c))
FROM unnest(ARRAY['tea at four', 'tea is at four', 'it is tea at four']) c;
SET ROLE regress_dora;
SELECT attempt($$SELECT * FROM engram_consolidate('of_cora')$$);
SELECT attempt($$SELECT * FROM engram_consolidate('story')$$);
SELECT attempt($$SELECT * FROM engram_consolidate('of_nobody')$$);
SET ROLE regress_head;
SELECT count(*) AS told FROM engram_consolidate('of_cora', dry_run => true);
SELECT count(*) AS told FROM engram_consolidate('of_cora');
RESET ROLE;
SELECT m.content, m.label FROM engram.memory m WHERE m.space = 'of_cora' AND m.kind = 'belief';
SELECT attempt('SELECT * FROM engram_consolidate(dry_run => NULL)');
SELECT engram_drop_space(s) FROM unnest(ARRAY['story', 'full', 'of_cora']) s;
SELECT * FROM tables_with($$to_jsonb(t) ->> 'space' IN ('story', 'full', 'of_cora')$$);
DROP FUNCTION tell;
DROP ROLE regress_cora, regress_dora, regress_head;

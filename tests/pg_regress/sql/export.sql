-- A space with something in every table.
SELECT engram_create_space('from here', dimensions => 3, language => 'german');
SET engram.space = 'from here';
SELECT engram_remember(E'Ein "Boot" \\ im\nHafen', '[1,0.1,3e-8]', id => known_id(1), context => 'c', cues => '{harbour}',
    kind => 'note', confidence => 0.3, occurred_at => '2020-01-01 01:02:03.456789+00', source => 'mate',
    metadata => '{"a": null, "n": 1.50, "big": 12345678901234567890.123, "t": "\u00e9\\"}');
SELECT engram_remember('ohne Vektor', id => known_id(2), occurred_at => 'infinity');
SELECT engram_remember('der zweite', '[0,1,0]', id => known_id(3), occurred_at => '2020-01-03 00:00+00');
SELECT engram_update(known_id(3), 'der dritte');
SELECT engram_forget(known_id(2));
SELECT engram_supersede(known_id(1), known_id(3));
SELECT engram_associate(known_id(1), known_id(3), 'causal', 0.7);
SELECT engram_set_retention('note', max_age => '1000 years');
INSERT INTO engram.cue_alias (space, alias, cue) VALUES ('from here', 'port', 'harbour');
INSERT INTO engram.citation (space, belief, evidence, weight) VALUES ('from here', known_id(3), known_id(1), 0.1);
INSERT INTO engram.trace (space, id, recalls, recent, stability) VALUES ('from here', known_id(1), 3, '{2020-01-01 00:00+00}', 1.1);
INSERT INTO engram.feedback (space, id, entry, useful) VALUES ('from here', known_id(1), known_id(9), true);
INSERT INTO engram.consolidation_run (space, run, input_hash, duration_ms) VALUES ('from here', known_id(20), '\x00ff', 0.1);
INSERT INTO engram.consolidation_snapshot (space, run, belief, content, evidence_for, evidence_against, citations)
VALUES ('from here', known_id(20), known_id(3), 'der dritte', 1.5, 0.1, 1);
INSERT INTO engram.belief_event (space, event, belief, novelty) VALUES ('from here', known_id(21), known_id(3), 0.3);
INSERT INTO engram.belief (space, id, label, regularity, written) VALUES ('from here', known_id(3), 'Boot', '{"strength": 0.1}', '\x00ff');
INSERT INTO engram.lineage (space, child, parent, run, kind) VALUES ('from here', known_id(3), known_id(2), known_id(20), 'split');
INSERT INTO engram.consolidation_touch (space, run, entry, what, id, other, before, after_hash)
SELECT 'from here', known_id(20), 1, 'memory', known_id(3), NULL::uuid, engram.touched_row('from here', 'memory', known_id(3), NULL), '\x00ff'::bytea
UNION ALL SELECT 'from here', known_id(20), 2, 'belief', known_id(3), NULL, NULL, '\x00ff';
INSERT INTO engram.consolidation (space, paused, version, last_run) VALUES ('from here', true, 1, known_id(20));
INSERT INTO engram.watch (space, watch, cue, embedding) VALUES ('from here', known_id(22), 'Boot', '[1,2,3]');
-- Every table of the space is there, but what belongs to this installation, and what is derived.
SELECT t FROM tables_with($$to_jsonb(t) ->> 'space' = 'from here'$$) t WHERE t NOT IN ('change', 'progress');
SELECT line::json ->> 'type' AS type, count(*) FROM engram_export() line GROUP BY 1 ORDER BY 1;
-- The session's way of writing values changes nothing.
CREATE TEMP TABLE whole (n bigint GENERATED ALWAYS AS IDENTITY, line text);
INSERT INTO whole (line) SELECT engram_export();
BEGIN;
SET LOCAL extra_float_digits = -3;
SET LOCAL TimeZone = 'Asia/Tokyo';
SET LOCAL IntervalStyle = 'iso_8601';
SELECT count(*) FROM (SELECT engram_export() EXCEPT SELECT line FROM whole) d;
SHOW extra_float_digits;
COMMIT;
SELECT regexp_replace(line, '"(created_at|valid_from|valid_to|suppressed_at)":"[^"]+"', '"\1":*', 'g') FROM whole
WHERE line::json ->> 'type' IN ('space', 'memory', 'trace', 'retention', 'end');
-- Round trip through a file: no character of JSON is a control character, so nothing is quoted or escaped.
\copy (SELECT engram_export()) TO '/tmp/engram-regress-export.jsonl' WITH (FORMAT csv, DELIMITER E'\x02', QUOTE E'\x01')
CREATE TEMP TABLE import (n bigint GENERATED ALWAYS AS IDENTITY, line text);
\copy import (line) FROM '/tmp/engram-regress-export.jsonl' WITH (FORMAT csv, DELIMITER E'\x02', QUOTE E'\x01')
\! rm -f /tmp/engram-regress-export.jsonl
SELECT count(*) FROM (SELECT n, line FROM import EXCEPT SELECT n, line FROM whole) d;
SELECT sum(engram_import(lines, 'to there', first_line)) FROM (
    SELECT min(n) AS first_line, array_agg(line ORDER BY n) AS lines
    FROM import GROUP BY (n - 1) / 5 ORDER BY 1) AS pieces;
SELECT engram_export('to there') EXCEPT SELECT replace(line, '"space":"from here"', '"space":"to there"') FROM whole;
SELECT replace(line, '"space":"from here"', '"space":"to there"') FROM whole EXCEPT SELECT engram_export('to there');
SELECT owner_role = current_user AS mine, dimensions, language FROM engram.space WHERE space = 'to there';
SELECT count(*) FROM engram_check();
-- The same recall in both.
SELECT count(*) FROM (
    SELECT id, content, score, via FROM engram_recall('der dritte', embedding => '[0,1,0]', reinforce => false)
    EXCEPT SELECT id, content, score, via FROM engram_recall('der dritte', embedding => '[0,1,0]', space => 'to there', reinforce => false)) d;
-- Again: nothing new. What is there is what is in use.
SELECT engram_import(array_agg(line ORDER BY n), 'to there') FROM whole;
UPDATE engram.trace SET recalls = 9 WHERE space = 'to there';
SELECT engram_import(array_agg(line ORDER BY n), 'to there') FROM whole;
SELECT recalls FROM engram.trace WHERE space = 'to there';
-- The same id with other content, and what is no line of an export
SELECT engram_update(known_id(3), 'anders', space => 'to there');
SELECT attempt($$SELECT engram_import(array_agg(line ORDER BY n), 'to there') FROM whole$$);
SELECT attempt($$SELECT engram_import(NULL)$$);
SELECT attempt($$SELECT engram_import('{}', first_line => NULL)$$);
SELECT engram_import('{}'), engram_import(ARRAY[NULL, '', ' ']);
SELECT attempt($$SELECT engram_import('{"no json"}', first_line => 41)$$);
SELECT attempt($$SELECT engram_import(ARRAY['[]'])$$);
SELECT attempt($$SELECT engram_import(ARRAY['{"space": "to there"}'])$$);
SELECT attempt($$SELECT engram_import(ARRAY['', '{"type": "poem", "space": "to there"}'])$$);
SELECT attempt($$SELECT engram_import(ARRAY['{"type": "memory", "space": "nowhere"}'])$$);
SELECT attempt($$SELECT engram_import(ARRAY['{"type": "memory", "space": "to there", "id": "1", "content": "x"}'])$$);
SELECT attempt($$SELECT engram_import(ARRAY['{"type": "memory", "space": "to there", "id": "00000000-0000-7000-8000-000000000030", "content": " "}'])$$);
SELECT attempt($$SELECT engram_import(ARRAY['{"type": "memory", "space": "to there", "id": "00000000-0000-7000-8000-000000000030", "content": "x", "embedding": [1,2]}'])$$);
SELECT attempt($$SELECT engram_import(ARRAY['{"type": "trace", "space": "to there", "id": "00000000-0000-7000-8000-000000000001", "recalls": "many"}'])$$);
SELECT attempt($$SELECT engram_import(ARRAY['{"type": "citation", "space": "to there", "belief": "00000000-0000-7000-8000-000000000077"}'])$$);
SELECT attempt($$SELECT engram_import(ARRAY['{"type": "space", "space": "new one", "format": 2}'])$$);
SELECT attempt($$SELECT engram_import(ARRAY['{"type": "space", "space": "to there", "format": 1, "dimensions": 4}'])$$);
SELECT attempt($$SELECT engram_import(ARRAY['{"type": "end", "space": "to there", "lines": 7}'])$$);
SELECT attempt($$SELECT * FROM engram_export('nowhere')$$);
-- A space that is empty takes the settings of the export.
SELECT engram_create_space('empty one');
SELECT engram_import(array_agg(line ORDER BY n), 'empty one') FROM whole;
SELECT dimensions, language FROM engram.space WHERE space = 'empty one';
-- Rights: reading is enough to export what one sees; importing is for the owner.
CREATE ROLE export_reader;
CREATE ROLE export_writer;
CREATE ROLE export_stranger;
GRANT engram_writer TO export_reader, export_writer, export_stranger;
GRANT USAGE ON SCHEMA public TO export_reader, export_writer, export_stranger;
SELECT engram_configure_space('from here', readers => '{export_reader}', writers => '{export_writer}');
SET ROLE export_reader;
SELECT count(*) FROM engram_export();
SELECT attempt($$SELECT engram_import(ARRAY['{"type": "memory", "space": "from here", "content": "x"}'])$$);
SET ROLE export_writer;
SELECT attempt($$SELECT engram_import(ARRAY['{"type": "trace", "space": "from here", "id": "00000000-0000-7000-8000-000000000001"}'])$$);
SET ROLE export_stranger;
SELECT attempt($$SELECT * FROM engram_export()$$);
SELECT attempt($$SELECT engram_import(ARRAY['{"type": "memory", "space": "from here", "content": "x"}'])$$);
SELECT engram_import(ARRAY['{"type": "space", "space": "of a stranger", "format": 1, "owner_role": "postgres"}', '{"type": "memory", "space": "of a stranger", "content": "x"}']);
SELECT owner_role FROM engram.space WHERE space = 'of a stranger';
RESET ROLE;
SELECT engram_drop_space(s) FROM unnest(ARRAY['from here', 'to there', 'empty one', 'of a stranger']) s;
DROP OWNED BY export_reader, export_writer, export_stranger;
DROP ROLE export_reader, export_writer, export_stranger;

-- Pages to look at. What they look like is tested in a browser (tests/cluster/tests/page.rs); that they are well-formed, in crates/report; here: who sees
-- what, and that text of users stays text.
CREATE ROLE report_owner IN ROLE engram_writer;
CREATE ROLE report_reader IN ROLE engram_reader;
CREATE ROLE report_monitor IN ROLE pg_monitor;
CREATE ROLE report_stranger;
SET ROLE report_owner;
SELECT engram_create_space('<b>pier</b> & "co"', readers => '{report_reader}');
SELECT engram_create_space('elsewhere');
SELECT engram_remember('The <script>alert(1)</script> lantern hangs at the pier', id => '00000000-0000-7000-8000-000000000001',
                       space => '<b>pier</b> & "co"', cues => '{pier,"<i>lantern</i>"}'),
       engram_remember('A boat with "two" oars & a \ lantern lies there' || chr(10) || 'at the pier', id => '00000000-0000-7000-8000-000000000002',
                       space => '<b>pier</b> & "co"', cues => '{pier,"<i>lantern</i>"}'),
       engram_remember('The tide is high', id => '00000000-0000-7000-8000-000000000003', space => '<b>pier</b> & "co"'),
       engram_remember('Nobody else may know of the harbour', id => '00000000-0000-7000-8000-000000000004', space => 'elsewhere');
SELECT engram_associate('00000000-0000-7000-8000-000000000002', '00000000-0000-7000-8000-000000000003', kind => 'causal', weight => 0.8,
                        space => '<b>pier</b> & "co"');
RESET ROLE;
INSERT INTO engram.memory (space, content, kind, origin, id)
    VALUES ('<b>pier</b> & "co"', 'Lanterns <script>hang</script> at piers', 'belief', 'consolidated', '00000000-0000-7000-8000-00000000000b');
INSERT INTO engram.consolidation_run (space, run, state, finished_at) VALUES ('<b>pier</b> & "co"', known_id(1), 'completed', now());
INSERT INTO engram.consolidation_snapshot (space, belief, content, evidence_for, evidence_against, citations, run, version)
    VALUES ('<b>pier</b> & "co"', '00000000-0000-7000-8000-00000000000b', 'Lanterns <script>hang</script> at piers', 8, 2, 4, known_id(1), 1);
-- Graph health is that of spaces that are loaded.
CALL loaded('<b>pier</b> & "co"');
CALL loaded('elsewhere');
-- What a page has, as a row.
CREATE FUNCTION look(page text) RETURNS TABLE (elements bigint, own_text boolean, others_text boolean, belief boolean, latency boolean, graph boolean)
LANGUAGE sql AS $$
    SELECT regexp_count(page, '<(script|i|img)\M'),
           strpos(page, '&lt;b&gt;pier&lt;/b&gt; &amp; &quot;co&quot;') > 0,
           strpos(page, 'elsewhere') > 0,
           strpos(page, 'Lanterns &lt;script&gt;hang&lt;/script&gt; at piers') > 0,
           strpos(page, '>Latency by operation<') > 0,
           strpos(page, '>Graph health<') > 0 $$;
GRANT EXECUTE ON FUNCTION look(text) TO PUBLIC;
SELECT * FROM look(engram_report());
SELECT * FROM look(engram_report('<b>pier</b> & "co"'));
SELECT engram_report() LIKE '<!DOCTYPE html>%' AS html, engram_report() ~ '(https?:|@import|src=)(?!//www.w3.org)' AS from_elsewhere;
-- A reader: its own spaces, no figures of the server.
SET ROLE report_reader;
SELECT * FROM look(engram_report());
SELECT attempt($$SELECT engram_report('elsewhere')$$), attempt($$SELECT engram_report('nowhere')$$);
-- A monitor: figures of all, contents of none.
SET ROLE report_monitor;
SELECT * FROM look(engram_report());
SELECT * FROM look(engram_report('<b>pier</b> & "co"'));
SELECT engram_report() ~ 'lantern|harbour|tide' AS contents;
SELECT attempt($$SELECT engram_graph('00000000-0000-7000-8000-000000000001', space => '<b>pier</b> & "co"')$$);
SET ROLE report_stranger;
SELECT attempt('SELECT engram_report()');
SELECT attempt($$SELECT engram_graph('00000000-0000-7000-8000-000000000001')$$);
RESET ROLE;
-- The neighbourhood of a memory. Weights of contiguity depend on the clock.
SET ROLE report_reader;
SELECT n ->> 'id' AS id, n ->> 'label' AS label, n ->> 'kind' AS kind, n ->> 'hops' AS hops, (n ->> 'activation')::real > 0 AS active
FROM jsonb_array_elements(engram_graph('00000000-0000-7000-8000-000000000001', format => 'json', space => '<b>pier</b> & "co"')::jsonb -> 'nodes') AS n;
SELECT l ->> 'source' AS source, l ->> 'target' AS target, l ->> 'kind' AS kind, (l ->> 'weight')::numeric(3, 2) AS weight, l ->> 'directed' AS directed
FROM jsonb_array_elements(engram_graph('00000000-0000-7000-8000-000000000001', format => 'json', space => '<b>pier</b> & "co"')::jsonb -> 'links') AS l;
SELECT svg LIKE '<svg %</svg>%' AS svg, regexp_count(svg, '<circle\M') AS memories
FROM engram_graph('00000000-0000-7000-8000-000000000001', format => 'svg', space => '<b>pier</b> & "co"') AS svg;
SELECT regexp_replace(engram_graph('00000000-0000-7000-8000-000000000002', 1, space => '<b>pier</b> & "co"'), '[0-9.e-]+ hops?\)|\\n[0-9.e-]+"|activation [0-9.e-]+', '#', 'g');
SELECT engram_graph('00000000-0000-7000-8000-000000000001', 0, 'json', '<b>pier</b> & "co"')::jsonb ->> 'nodes' LIKE '[{%}]' AS alone;
-- Errors.
SELECT attempt($$SELECT engram_graph(NULL)$$);
SELECT attempt($$SELECT engram_graph('00000000-0000-7000-8000-000000000001', 11, space => '<b>pier</b> & "co"')$$);
SELECT attempt($$SELECT engram_graph('00000000-0000-7000-8000-000000000001', NULL, space => '<b>pier</b> & "co"')$$);
SELECT attempt($$SELECT engram_graph('00000000-0000-7000-8000-000000000001', format => 'png', space => '<b>pier</b> & "co"')$$);
SELECT attempt($$SELECT engram_graph('00000000-0000-7000-8000-000000000009', space => '<b>pier</b> & "co"')$$);
SELECT attempt($$SELECT engram_graph('00000000-0000-7000-8000-000000000004', space => 'elsewhere')$$);
RESET ROLE;
-- What a policy on the table hides is not drawn, and its text is not on the page.
UPDATE engram.memory SET label = 'secret' WHERE id = '00000000-0000-7000-8000-000000000002';
CREATE POLICY hidden ON engram.memory AS RESTRICTIVE FOR SELECT TO report_reader USING (label IS DISTINCT FROM 'secret');
SET ROLE report_reader;
SELECT jsonb_array_length(g -> 'nodes') AS nodes, g::text ~ 'oars|lantern</i>' AS shows_it
FROM CAST(engram_graph('00000000-0000-7000-8000-000000000001', format => 'json', space => '<b>pier</b> & "co"') AS jsonb) AS g;
SELECT attempt($$SELECT engram_graph('00000000-0000-7000-8000-000000000002', space => '<b>pier</b> & "co"')$$);
SELECT engram_report() ~ 'oars' AS shows_it;
RESET ROLE;
DROP POLICY hidden ON engram.memory;
-- Read-only, and for a role that has no rights left but those of a reader.
BEGIN READ ONLY;
SELECT * FROM look(engram_report());
SELECT engram_graph('00000000-0000-7000-8000-000000000001', space => '<b>pier</b> & "co"') LIKE 'digraph engram {%' AS dot;
COMMIT;
SELECT engram_drop_space('<b>pier</b> & "co"'), engram_drop_space('elsewhere');
SELECT engram_report() LIKE '%No belief is published%' OR engram_report() LIKE '%is for those who may read%' AS whole;
DROP FUNCTION look(text);
DROP ROLE report_owner, report_reader, report_monitor, report_stranger;

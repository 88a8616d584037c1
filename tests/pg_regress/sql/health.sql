-- How the memories of a space hang together.
SELECT engram_create_space('health');
SET engram.space = 'health';
SELECT * FROM engram.graph_health();
-- 20 memories without anything that links them
INSERT INTO engram.memory (id, content) SELECT known_id(n), 'memory ' || n FROM generate_series(1, 20) AS n;
SELECT * FROM engram.graph_health();
-- The same linked by cues, by time and by an association
UPDATE engram.memory SET cues = CASE WHEN id <= known_id(12) THEN '{harbour}'::text[] ELSE '{}' END || ARRAY['own ' || right(id::text, 2)]
WHERE space = 'health';
UPDATE engram.memory SET context = 'log', occurred_at = '2024-01-01Z'::timestamptz + right(id::text, 2)::int * interval '1 day'
WHERE space = 'health' AND id BETWEEN known_id(10) AND known_id(16);
SELECT engram_associate(known_id(18), known_id(19));
SELECT * FROM engram.graph_health();
-- Names are those of rows that the caller may see; figures are those of the space.
CREATE ROLE health_reader LOGIN;
GRANT engram_reader TO health_reader;
SELECT engram_configure_space('health', readers => '{health_reader}');
CREATE POLICY health_hidden ON engram.memory AS RESTRICTIVE FOR SELECT TO health_reader USING (id > known_id(12));
SET ROLE health_reader;
SELECT metric, value FROM engram.graph_health('health') WHERE metric LIKE 'hub%' OR metric = 'memories';
SELECT assessment FROM engram.graph_health('health') WHERE metric = 'advice' AND assessment LIKE '%mentioned by%';
RESET ROLE;
DROP POLICY health_hidden ON engram.memory;
-- In a read-only transaction, and beside what the transaction has not committed
BEGIN READ ONLY;
SELECT value FROM engram.graph_health() WHERE metric = 'memories';
COMMIT;
BEGIN;
SELECT engram_associate(known_id(17), known_id(20));
SELECT value FROM engram.graph_health() WHERE metric = 'share without any link';
ROLLBACK;
-- Errors
SELECT attempt($$SELECT engram.graph_health('nowhere')$$);
CREATE ROLE health_stranger LOGIN;
GRANT engram_reader TO health_stranger;
SET ROLE health_stranger;
SELECT attempt($$SELECT engram.graph_health('health')$$);
RESET ROLE;
SELECT engram_drop_space('health');
DROP ROLE health_stranger;
DROP ROLE health_reader;
RESET engram.space;

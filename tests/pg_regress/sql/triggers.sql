-- Any writer counts: what a plain INSERT, COPY, UPDATE or DELETE leaves is what the functions leave.
SET engram.space = 'triggers';
INSERT INTO engram.memory (content, embedding) VALUES ('Ana met Bob in London', '[1,0]');
SELECT space, substr(id::text, 15, 1) = '7' AS version_7, cues, kind, origin, evidence_for, occurred_at IS NOT NULL AS occurred,
       created_at IS NOT NULL AS created, changed IS NOT NULL AS changed
FROM engram.memory WHERE space = 'triggers';
SELECT count(*) FROM engram.space WHERE space = 'triggers';
SELECT engram_create_space('triggers');
INSERT INTO engram.memory (space, id, content, embedding, cues) VALUES ('triggers', known_id(1), 'Ana sailed', '[1,2]', '{Sea}');
SELECT dimensions FROM engram.space WHERE space = 'triggers';
SELECT attempt($$INSERT INTO engram.memory (space, content, embedding) VALUES ('triggers', 'x', '[1,2,3]')$$);
SELECT attempt($$INSERT INTO engram.memory (space, content, embedding) VALUES ('triggers', 'x', '[0,0]')$$);
SELECT attempt($$INSERT INTO engram.memory (space, content) VALUES ('triggers', '')$$);
SELECT attempt($$INSERT INTO engram.memory (space, content) VALUES ('triggers', NULL)$$);
SELECT attempt($$INSERT INTO engram.memory (space, content) VALUES (repeat('s', 65), 'x')$$);
SELECT attempt($$INSERT INTO engram.memory (space, content, evidence_for) VALUES ('triggers', 'x', -1)$$);
SELECT attempt($$INSERT INTO engram.memory (space, content, evidence_against) VALUES ('triggers', 'x', 'Infinity')$$);
SELECT attempt($$INSERT INTO engram.memory (space, id, content) VALUES ('triggers', known_id(1), 'Ana sailed')$$);
COPY engram.memory (space, content, cues) FROM stdin;
triggers	copied by Carl	{Tag One}
triggers	copied once more	\N
\.
COPY engram.memory (space, id, content, cues) FROM stdin;
triggers	00000000-0000-7000-8000-000000000002	copied by Dora	{}
\.
SELECT content, cues FROM engram.memory WHERE space = 'triggers' AND content LIKE 'copied%' ORDER BY content;
-- An update finds the cues of the new content and keeps those given.
UPDATE engram.memory SET content = 'Carl sailed' WHERE space = 'triggers' AND id = known_id(1);
SELECT content, cues, changed = (SELECT max(changed) FROM engram.memory) AS latest FROM engram.memory WHERE id = known_id(1) AND space = 'triggers';
UPDATE engram.memory SET cues = '{Only  This}' WHERE space = 'triggers' AND id = known_id(1);
SELECT cues FROM engram.memory WHERE space = 'triggers' AND id = known_id(1);
SELECT attempt($$UPDATE engram.memory SET content = ' ' WHERE space = 'triggers' AND id = known_id(1)$$);
-- A deletion is noted for a reload.
DELETE FROM engram.memory WHERE space = 'triggers' AND id = known_id(1);
SELECT id, what FROM engram.change WHERE space = 'triggers';
-- A memory keeps its key.
SELECT attempt($$UPDATE engram.memory SET id = known_id(5) WHERE space = 'triggers' AND id = known_id(2)$$);
SELECT attempt($$UPDATE engram.memory SET space = 'elsewhere' WHERE space = 'triggers' AND id = known_id(2)$$);
-- A row that was completed before keeps its cues, as in a restore.
INSERT INTO engram.memory (space, id, content, cues, changed) VALUES ('triggers', known_id(3), 'Ana met Bob', '{sea}', '3');
SELECT cues, changed > '3' AS ours FROM engram.memory WHERE space = 'triggers' AND id = known_id(3);
-- The functions serve no other table.
CREATE TABLE foreign_table (LIKE engram.memory);
CREATE TRIGGER t BEFORE INSERT ON foreign_table FOR EACH ROW EXECUTE FUNCTION engram.memory_before();
SELECT attempt($$INSERT INTO foreign_table (space, content) VALUES ('triggers', 'x')$$);
DROP TABLE foreign_table;
-- They hold where replication and restores turn ordinary triggers off.
SET session_replication_role = replica;
INSERT INTO engram.memory (space, id, content) VALUES ('triggers', known_id(4), 'Eve replicated');
RESET session_replication_role;
SELECT cues FROM engram.memory WHERE space = 'triggers' AND id = known_id(4);
-- A space of a dump takes the place of the one that CREATE EXTENSION made, until that is configured.
BEGIN;
INSERT INTO engram.space (space, language) VALUES ('default', 'german');
SELECT language FROM engram.space WHERE space = 'default';
SELECT attempt($$INSERT INTO engram.space (space) VALUES ('default')$$);
ROLLBACK;
BEGIN;
SELECT engram_configure_space('default', language => 'french');
SELECT attempt($$INSERT INTO engram.space (space) VALUES ('default')$$);
ROLLBACK;
-- Without its memories nothing of theirs is left.
BEGIN;
INSERT INTO engram.trace (space, id) VALUES ('triggers', known_id(4));
TRUNCATE engram.memory CASCADE;
SELECT (SELECT count(*) FROM engram.memory) AS memories, (SELECT count(*) FROM engram.trace) AS traces,
       (SELECT count(*) FROM engram.association) AS associations, (SELECT count(*) FROM engram.memory_history) AS versions,
       (SELECT count(*) FROM engram.change WHERE what = 'truncate') AS noted;
ROLLBACK;
-- Called as what they are not.
SELECT attempt($$SELECT engram.memory_before()$$), attempt($$SELECT engram.memory_statement()$$),
       attempt($$SELECT engram.truncate_after()$$);

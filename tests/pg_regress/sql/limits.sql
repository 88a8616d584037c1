-- What one recall may take. Meeting a limit is no error: the answer is what there was, and says so.
SET engram.space = 'limits';
SELECT engram_create_space('limits', dimensions => 3);
SELECT count(*) FROM (
    SELECT engram_remember_many(jsonb_agg(jsonb_build_object('content', 'ferry number ' || n || ' ' || repeat('x', 2000),
                                                             'embedding', format('[1,%s,0]', n / 1000.0), 'id', known_id(n))))
    FROM generate_series(1, 400) n) m;
-- No limit: k rows, and nothing to say.
SELECT count(*) FROM engram_recall('ferry', k => 300, reinforce => false);
-- Bytes
SET engram.recall_max_bytes = '256kB';
SELECT count(*) BETWEEN 64 AND 256 AS some FROM engram_recall('ferry', k => 300, reinforce => false);
SELECT count(*) FROM engram_recall('ferry', k => 5, reinforce => false);
SELECT detail FROM engram_explain_recall('ferry', k => 300) WHERE id IS NULL AND signal = 'answer' AND detail ~ 'partial: engram.recall_max_bytes ended it early' \gset
SELECT :'detail' LIKE 'rows of at most 300; partial: %' AS said;
SELECT count(*) > 0 AS said FROM engram_explain_recall_text('ferry', k => 300) t WHERE t LIKE '%partial: engram.recall_max_bytes ended it early%';
SELECT count(*) BETWEEN 64 AND 256 AS some FROM engram_recall_across('{limits}', 'ferry', k => 300, reinforce => false);
-- The best rows come first: what is there begins as the whole answer does.
CREATE TEMP TABLE partly AS
    SELECT id, row_number() OVER () AS n FROM engram_recall('ferry', embedding => '[1,0.2,0]', k => 300, reinforce => false);
RESET engram.recall_max_bytes;
CREATE TEMP TABLE wholly AS
    SELECT id, row_number() OVER () AS n FROM engram_recall('ferry', embedding => '[1,0.2,0]', k => 300, reinforce => false);
SELECT count(*) FROM partly p JOIN wholly w USING (n) WHERE p.id <> w.id;
-- Milliseconds: a policy that takes its time
CREATE FUNCTION slowly() RETURNS boolean LANGUAGE plpgsql COST 1000000 AS 'BEGIN PERFORM pg_sleep(0.005); RETURN true; END';
CREATE ROLE limits_reader;
GRANT engram_reader TO limits_reader;
GRANT USAGE ON SCHEMA public TO limits_reader;
SELECT engram_configure_space('limits', readers => '{limits_reader}');
CREATE POLICY slow ON engram.memory AS RESTRICTIVE FOR SELECT TO limits_reader USING (slowly());
SET ROLE limits_reader;
SET engram.recall_max_ms = 100;
SELECT count(*) FROM engram_recall('ferry', embedding => '[1,0.2,0]', k => 200);
RESET engram.recall_max_ms;
RESET ROLE;
DROP POLICY slow ON engram.memory;
SELECT split_part(attempt('SET engram.recall_max_ms = -1'), ' (', 1) AS ms, split_part(attempt('SET engram.recall_max_bytes = -1'), ' (', 1) AS bytes;
SHOW engram.recall_max_bytes;
SHOW engram.recall_max_ms;
SHOW engram.worker_memory;
SELECT engram_drop_space('limits');
DROP FUNCTION slowly;
DROP OWNED BY limits_reader;
DROP ROLE limits_reader;

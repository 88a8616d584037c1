-- What a space may hold: memories and bytes.
CREATE ROLE quota_owner IN ROLE engram_writer;
CREATE ROLE quota_boss IN ROLE engram_admin;
SET ROLE quota_owner;
SELECT engram_create_space('quota', dimensions => 4, quota_memories => 3);
SET engram.space = 'quota';
SELECT engram_remember('text ' || n, id => known_id(n)) IS NOT NULL AS stored FROM generate_series(1, 3) n;
SELECT attempt($$SELECT engram_remember('one too many')$$);
SELECT attempt($$SELECT engram_remember_many('[{"content": "one"}, {"content": "two"}]')$$);
SELECT attempt($$INSERT INTO engram.memory (space, content) VALUES ('quota', 'by hand')$$);
-- What is there already needs no room; what makes room leaves some.
SELECT engram_remember('text 1'), engram_remember('text 2', id => known_id(2));
SELECT engram_update(known_id(1), 'text one'), engram_forget(known_id(2));
SELECT attempt($$SELECT engram_remember('suppressed memories count')$$);
SELECT engram_forget(known_id(2), 'delete');
SELECT engram_remember('in its place', id => known_id(4));
SELECT attempt($$SELECT engram_remember('one too many')$$);
-- In one transaction, with savepoints.
BEGIN;
SAVEPOINT a;
SELECT engram_forget(known_id(4), 'delete');
SELECT engram_remember('another', id => known_id(5));
ROLLBACK TO a;
SELECT attempt($$SELECT engram_remember('one too many')$$);
DELETE FROM engram.memory WHERE space = 'quota' AND id = known_id(4);
SAVEPOINT b;
SELECT engram_remember('another', id => known_id(5));
RELEASE b;
SELECT attempt($$SELECT engram_remember('one too many')$$);
COMMIT;
SELECT id, content FROM engram.memory WHERE space = 'quota' ORDER BY id;
-- Bytes of contents and embeddings.
SELECT engram_create_space('quota_b', dimensions => 4, quota_bytes => 100);
SELECT engram_remember('0123456789', '[1,2,3,4]', 'quota_b', id => known_id(1));
SELECT engram_remember(repeat('x', 74), space => 'quota_b', id => known_id(2));
SELECT attempt($$SELECT engram_remember('y', space => 'quota_b')$$);
SELECT attempt($$SELECT engram_update(known_id(1), '0123456789+', '[1,2,3,4]', space => 'quota_b')$$);
SELECT engram_update(known_id(1), '01234', space => 'quota_b');
SELECT engram_remember(repeat('y', 21), space => 'quota_b', id => known_id(3));
SELECT attempt($$SELECT engram_remember('z', space => 'quota_b')$$);
-- The owner lowers them, a member of engram_admin raises them.
SELECT attempt($$SELECT engram_configure_space('quota', quota_memories => 4)$$);
SELECT attempt($$SELECT engram_configure_space('quota', quota_memories => -1)$$);
SELECT attempt($$SELECT engram_configure_space('quota', quota_memories => -2)$$);
SELECT engram_configure_space('quota', quota_memories => 2, quota_hot_bytes => 1000000);
SELECT attempt($$SELECT engram_configure_space('quota', quota_hot_bytes => 1000001)$$);
SELECT quota_memories, quota_bytes, quota_hot_bytes FROM engram.space WHERE space = 'quota';
-- Fuller than it may be: it shrinks, and does not grow.
SELECT attempt($$SELECT engram_remember('one too many')$$);
SELECT engram_forget(known_id(5), 'delete');
SELECT attempt($$SELECT engram_remember('still one too many')$$);
SET ROLE quota_boss;
SELECT engram_configure_space('quota', quota_memories => 3, quota_hot_bytes => -1);
SELECT quota_memories, quota_bytes, quota_hot_bytes FROM engram.space WHERE space = 'quota';
SET ROLE quota_owner;
SELECT engram_remember('again', id => known_id(6));
SELECT attempt($$SELECT engram_remember('one too many')$$);
RESET ROLE;
COPY engram.memory (space, content) FROM stdin;
quota	copied
\.
SELECT attempt($$SELECT engram_remember('not even for a superuser', space => 'quota')$$);
-- A restore is counted and not refused; nor is what a publisher sends.
INSERT INTO engram.memory (space, id, content, changed) VALUES ('quota', known_id(7), 'restored', '1');
SELECT attempt($$SELECT engram_remember('one too many', space => 'quota')$$);
SELECT engram_forget(known_id(7), 'delete', 'quota');
SELECT attempt($$SELECT engram_remember('one too many', space => 'quota')$$);
-- The account agrees with the table, and goes with the quota.
CREATE FUNCTION account(name text) RETURNS TABLE (account_agrees boolean) LANGUAGE sql AS $$
    SELECT ROW(sum(u.memories), sum(u.bytes)) = ROW(m.memories, m.bytes)
    FROM engram.usage u,
         (SELECT count(*) AS memories, sum(octet_length(content) + coalesce(4 * vector_dims(embedding), 0)) AS bytes
          FROM engram.memory WHERE space = name) m
    WHERE u.space = name GROUP BY m.memories, m.bytes
$$;
SELECT account('quota') AS quota, account('quota_b') AS quota_b;
DELETE FROM engram.usage;
SELECT attempt($$SELECT engram_remember('one too many', space => 'quota')$$);
SELECT engram_configure_space('quota', quota_memories => 2000);
SELECT attempt($$INSERT INTO engram.memory (space, content) SELECT 'quota', 'many ' || n FROM generate_series(1, 1998) n$$);
INSERT INTO engram.memory (space, content) SELECT 'quota', 'many ' || n FROM generate_series(1, 1997) n;
SELECT attempt($$SELECT engram_remember('one too many', space => 'quota')$$);
DELETE FROM engram.memory WHERE space = 'quota' AND content ~ '[13579]$';
SELECT engram_remember('some room', space => 'quota') IS NOT NULL AS stored;
SELECT account('quota') AS quota;
-- One row for each statement becomes one row.
DO $$
BEGIN
    FOR n IN 1..300 LOOP
        PERFORM engram_remember('one by one ' || n, space => 'quota');
    END LOOP;
END
$$;
SELECT engram_remember('the one that folds', space => 'quota') IS NOT NULL AS stored;
SELECT count(*) < 10 AS folded FROM engram.usage WHERE space = 'quota';
SELECT account('quota') AS quota;
SELECT engram_configure_space('quota', quota_memories => -1);
SELECT count(*) FROM engram.usage WHERE space = 'quota';
BEGIN;
TRUNCATE engram.memory CASCADE;
SELECT count(*) FROM engram.usage;
SELECT engram_remember('after the flood', space => 'quota_b') IS NOT NULL AS stored;
SELECT account('quota_b') AS quota_b;
ROLLBACK;
SELECT account('quota_b') AS quota_b;
SELECT engram_drop_space('quota'), engram_drop_space('quota_b');
SELECT count(*) FROM engram.usage;
DROP FUNCTION account;
DROP OWNED BY quota_owner, quota_boss;
DROP ROLE quota_owner, quota_boss;

SET engram.space = 'retention';
SELECT engram_create_space('retention');
SELECT engram_remember('note ' || n, id => known_id(n), kind => CASE WHEN n % 2 = 0 THEN 'note' ELSE 'episode' END,
                       occurred_at => '2020-01-01 00:00+00'::timestamptz + n * interval '1 day', context => 'c') IS NOT NULL AS stored
FROM generate_series(1, 6) n;
SELECT engram_remember('what follows from it', id => known_id(7), kind => 'belief', occurred_at => '2020-01-01 00:00+00') IS NOT NULL AS stored;
SELECT engram_remember('something of today', id => known_id(8), context => 'c') IS NOT NULL AS stored;
-- Nothing goes without a rule.
SELECT * FROM engram_retention_plan();
-- Arguments
SELECT attempt($$SELECT engram_set_retention(max_age => '-1 day')$$);
SELECT attempt($$SELECT engram_set_retention(max_age => '0')$$);
SELECT attempt($$SELECT engram_set_retention(max_age => '2000 years')$$);
SELECT attempt($$SELECT engram_set_retention(max_count => -1)$$);
SELECT attempt($$SELECT engram_set_retention(max_count => 1, mode => 'burn')$$);
SELECT attempt($$SELECT engram_set_retention(max_count => 1, mode => NULL)$$);
SELECT attempt($$SELECT engram_set_retention('', max_count => 1)$$);
SELECT attempt($$SELECT engram_set_retention(max_count => 1, space => 'nowhere')$$);
SELECT attempt($$SELECT * FROM engram_retention_plan('nowhere')$$);
SELECT count(*) FROM engram.retention;
-- By number: of the kind with a rule of its own, the newest stay.
BEGIN;
SELECT engram_set_retention('note', max_count => 1);
SELECT * FROM engram_retention_plan();
-- The general rule is for the other kinds, and leaves beliefs alone.
SELECT engram_set_retention(max_age => '1 year', mode => 'suppress');
SELECT * FROM engram_retention_plan();
-- A belief goes by a rule that names it.
SELECT engram_set_retention('belief', max_age => '1 year');
SELECT id, rule, reason FROM engram_retention_plan() WHERE kind = 'belief';
SELECT kind, max_age, max_count, mode, forgotten, applied_at FROM engram.retention ORDER BY kind;
-- A rule without limits is removed.
SELECT engram_set_retention('belief'), engram_set_retention();
SELECT kind FROM engram.retention ORDER BY kind;
-- What both limits forget is planned once.
SELECT engram_set_retention('note', max_age => '1 year', max_count => 0);
SELECT id, reason FROM engram_retention_plan();
ROLLBACK;
-- What is suppressed already is not suppressed again, and does not count.
BEGIN;
SELECT engram_forget(known_id(2));
SELECT engram_set_retention('note', max_count => 1, mode => 'suppress');
SELECT id FROM engram_retention_plan();
ROLLBACK;
-- Rights: the owner of the space sets rules; readers see them.
CREATE ROLE retention_owner;
CREATE ROLE retention_writer;
CREATE ROLE retention_stranger;
GRANT engram_writer TO retention_owner, retention_writer, retention_stranger;
GRANT USAGE ON SCHEMA public TO retention_owner, retention_writer, retention_stranger;
SELECT engram_configure_space('retention', owner => 'retention_owner', writers => '{retention_writer}');
SET ROLE retention_writer;
SELECT attempt($$SELECT engram_set_retention(max_count => 0)$$), attempt($$SELECT * FROM engram_retention_plan()$$);
SET ROLE retention_stranger;
SELECT attempt($$SELECT engram_set_retention(max_count => 0)$$), attempt($$SELECT * FROM engram_retention_plan()$$);
SELECT attempt($$INSERT INTO engram.retention VALUES ('retention', '', NULL, 0)$$);
SET ROLE retention_owner;
SELECT engram_set_retention('note', max_count => 2);
SET ROLE retention_writer;
SELECT kind, max_count FROM engram.retention;
SET ROLE retention_stranger;
SELECT kind, max_count FROM engram.retention;
RESET ROLE;
-- A space takes its rules along.
SELECT engram_drop_space('retention');
SELECT count(*) FROM engram.retention;
DROP OWNED BY retention_owner, retention_writer, retention_stranger;
DROP ROLE retention_owner, retention_writer, retention_stranger;

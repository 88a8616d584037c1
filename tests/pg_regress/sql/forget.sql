SET engram.space = 'forget';
SELECT engram_remember('zubosecret of the harbour', id => known_id(1), metadata => '{"topic": "boats"}', context => 'c1',
                       occurred_at => '2026-01-01 00:00+00');
SELECT engram_remember('a second one', id => known_id(2), metadata => '{"topic": "boats", "n": 2}', kind => 'note',
                       occurred_at => '2026-02-01 00:00+00');
SELECT engram_remember('a third one', id => known_id(3), metadata => '{"topic": "cars"}', context => 'c1',
                       occurred_at => '2026-03-01 00:00+00');
SELECT engram_associate(known_id(1), known_id(2)), engram_associate(known_id(3), known_id(1));
-- Suppressing can be undone, and is said to change something only once.
SELECT engram_forget(known_id(1)), engram_forget(known_id(1));
SELECT suppressed_at IS NOT NULL AS suppressed FROM engram.memory WHERE space = 'forget' AND id = known_id(1);
SELECT engram_forget(known_id(1), 'restore'), engram_forget(known_id(1), 'restore');
SELECT suppressed_at IS NOT NULL AS suppressed FROM engram.memory WHERE space = 'forget' AND id = known_id(1);
-- Deleting takes everything along: a search for the text in all tables finds nothing.
SELECT engram_update(known_id(1), 'zubosecret in other words');
INSERT INTO engram.trace (space, id) VALUES ('forget', known_id(1));
INSERT INTO engram.feedback (space, id, entry, useful) VALUES ('forget', known_id(1), known_id(1), true);
INSERT INTO engram.audit (space, entry, actor, action, id, detail)
VALUES ('forget', known_id(1), current_user, 'note', known_id(1), '{"text": "zubosecret"}');
INSERT INTO engram.citation (space, belief, evidence) VALUES ('forget', known_id(2), known_id(1));
SELECT engram_forget(known_id(1), 'delete');
SELECT tables_with($$t::text LIKE '%zubosecret%'$$);
SELECT count(*) FROM engram.association WHERE space = 'forget';
SELECT count(*) FROM engram.trace WHERE space = 'forget';
SELECT what, count(*) FROM engram.change WHERE space = 'forget' AND id = known_id(1) GROUP BY what ORDER BY what;
SELECT attempt($$SELECT engram_forget(known_id(1), 'delete')$$);
-- By condition
SELECT engram_remember('a fourth one', id => known_id(4), metadata => '{"topic": "boats"}', occurred_at => '2026-04-01 00:00+00');
SELECT engram_forget_where('{"topic": "boats"}'), engram_forget_where('{"topic": "boats"}');
SELECT engram_forget_where('{"topic": "boats"}', mode => 'restore');
SELECT engram_forget_where(kinds => '{note}'), engram_forget_where(in_context => 'c1');
SELECT engram_forget_where(since => '2026-02-01 00:00+00', until => '2026-04-01 00:00+00', mode => 'restore');
SELECT engram_forget_where(kinds => '{}', mode => 'delete');
SELECT engram_forget_where('{"topic": "boats"}', kinds => '{note}', mode => 'delete');
SELECT id, content FROM engram.memory WHERE space = 'forget' ORDER BY id;

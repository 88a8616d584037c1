-- Every function of version 0.1.0, as that version declares it. The last byte of an id is its number.
SELECT engram_create_space('log book', 3, 'english', NULL, '{}', '{}');
SELECT engram_configure_space('log book', NULL, 'english', NULL, NULL, NULL);
-- All eleven arguments by position; a second time for the same text, which this version stores again.
SELECT engram_remember('Ana Marlow keeps the boat in Saltmere', '[1,0,0]', 'log book', 'call 12', '{harbour}', 'fact', 0.9,
    '2020-02-03 04:05:06Z', 'mate', '{"tide": 3}', '018f0000-0000-7000-8000-000000000001');
SELECT engram_remember('Ana Marlow keeps the boat in Saltmere', '[1,0,0]', 'log book', 'call 12', '{harbour}', 'fact', 0.9,
    '2020-02-03 04:05:06Z', 'mate', '{"tide": 3}', '018f0000-0000-7000-8000-000000000002');
SELECT engram_remember('the ferry was painted green', '[0,1,0]', space => 'log book', id => '018f0000-0000-7000-8000-000000000003');
SELECT engram_remember('bread is dear', '[0,0,1]', space => 'log book', id => '018f0000-0000-7000-8000-000000000004');
SELECT engram_remember_many('[{"content": "a gale warning was read at noon", "space": "letters",
    "id": "018f0000-0000-7000-8000-000000000005"}]');
SELECT engram_remember('the pilot answered by lamp', space => 'letters', id => '018f0000-0000-7000-8000-000000000006');
SELECT engram_remember('a draft to be thrown away', space => 'letters', id => '018f0000-0000-7000-8000-000000000007');
SELECT engram_update('018f0000-0000-7000-8000-000000000005', 'a storm warning was read at noon', space => 'letters');
SELECT engram_supersede('018f0000-0000-7000-8000-000000000007', '018f0000-0000-7000-8000-000000000006', 'letters');
SELECT engram_forget('018f0000-0000-7000-8000-000000000007', 'delete', 'letters');
SELECT engram_forget_where('{"tide": 4}', '{fact}', 'call 12', '2020-01-01', '2021-01-01', 'suppress', 'log book');
SELECT engram_associate('018f0000-0000-7000-8000-000000000001', '018f0000-0000-7000-8000-000000000003', 'causal', 0.8, 'log book');
SELECT engram_associate('018f0000-0000-7000-8000-000000000004', '018f0000-0000-7000-8000-000000000003', space => 'log book');
SELECT engram_dissociate('018f0000-0000-7000-8000-000000000004', '018f0000-0000-7000-8000-000000000003', space => 'log book');
SELECT id FROM engram_recall('the ferry', space => 'log book');
SELECT id FROM engram_spread(ARRAY['018f0000-0000-7000-8000-000000000001'::uuid], 'log book', 2, 0.001, 5);
SELECT engram_create_space('gone');
SELECT engram_drop_space('gone');
SELECT * FROM engram_check();
SELECT * FROM engram_version();
-- Nothing makes anything of aliases in this version: they stand as they were written.
INSERT INTO engram.cue_alias (space, alias, cue) VALUES ('log book', ' Brave  Skipper', 'Ana  Marlow');

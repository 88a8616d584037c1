SET engram.space = 'watched';
SELECT engram_create_space('watched', dimensions => 3);
-- Arguments
SELECT attempt($$SELECT engram_watch()$$);
SELECT attempt($$SELECT engram_watch('  ')$$);
SELECT attempt($$SELECT engram_watch('boat', 1.5)$$);
SELECT attempt($$SELECT engram_watch('boat', 'NaN')$$);
SELECT attempt($$SELECT engram_watch('boat', NULL)$$);
SELECT attempt($$SELECT engram_watch('boat', embedding => '[1,2]')$$);
SELECT attempt($$SELECT engram_watch('boat', space => 'nowhere')$$);
SELECT attempt($$SELECT engram_watch('boat', name => repeat('n', 65))$$);
SELECT attempt($$SELECT engram_watch('boat', events => '{}')$$);
SELECT attempt($$SELECT engram_watch('boat', events => '{remember,forget}')$$);
SELECT attempt($$SELECT engram_watch('boat', events => NULL)$$);
SELECT attempt($$SELECT engram_watch('boat', filter => '[1]')$$);
SELECT attempt($$SELECT engram_unwatch(NULL)$$);
SELECT attempt($$SELECT engram_unwatch(known_id(1), 'nowhere')$$);
SELECT engram_unwatch(known_id(1));
SELECT count(*) FROM engram.watches;
-- Making, listing, removing
SELECT engram_watch('boat') AS first \gset
SELECT engram_watch(embedding => '[1,0,0]', threshold => 0.25, name => 'by meaning', events => '{recall}', filter => '{"topic": "boats"}') AS second \gset
SELECT space, name, cue, threshold, events, filter, channel, owner_role = current_user AS mine, owner_exists FROM engram.watches ORDER BY watch;
SELECT engram_unwatch(:'first');
SELECT engram_unwatch(:'first');
-- As many as a space may have
SET engram.max_watches = 1;
SELECT attempt($$SELECT engram_watch('one too many')$$);
SELECT attempt($$SELECT engram_import(ARRAY[replace(line, (line::json ->> 'watch'), known_id(77)::text)]) FROM engram_export() line WHERE line LIKE '%"type":"watch"%'$$);
SELECT count(*) FROM engram.watches;
RESET engram.max_watches;
-- Channels: an identifier, whatever the name of the space
SELECT engram_channel(), engram_channel('a "quoted" name');
SELECT engram_channel(repeat('x', 56)) = 'engram_' || repeat('x', 56) AS whole,
       engram_channel(repeat('x', 57)), octet_length(engram_channel(repeat('ä', 64))) <= 63 AS fits,
       engram_channel(repeat('x', 63) || 'a') <> engram_channel(repeat('x', 63) || 'b') AS differ;
SELECT attempt($$SELECT engram_channel('')$$);
-- Settings
SELECT attempt($$SET engram.activity_events = 'recall, nothing'$$);
SET engram.activity_events = 'remember,belief';
SET engram.activity_events = 'off';
RESET engram.activity_events;
-- What is told of a space goes with it.
SELECT engram_drop_space('watched');
SELECT count(*) FROM engram.watch;
SELECT count(*) FROM engram.announcement WHERE space = 'watched';
RESET engram.space;

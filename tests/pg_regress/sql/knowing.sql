-- Whether anything is stored about a cue, without returning it.
SELECT engram_create_space('knowing', dimensions => 3);
SET engram.space = 'knowing';
CREATE FUNCTION feeling(arguments text)
RETURNS TABLE (knows numeric, low numeric, high numeric, best numeric, words numeric, cues numeric, basis text) LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE 'SELECT round(knows::numeric, 3), round(knows_low::numeric, 3), round(knows_high::numeric, 3), round(best_score::numeric, 3),
        round(known_words::numeric, 3), round(known_cues::numeric, 3), basis FROM engram_feeling_of_knowing(' || arguments || ')';
END
$$;
-- Nothing in an empty space
SELECT * FROM feeling($$'Who is Ana?'$$);
INSERT INTO engram.memory (id, content, embedding, cues)
SELECT known_id(n), content, embedding::vector, cues::text[] FROM (VALUES
    (1, 'Ana keeps the boat in Saltmere', '[1,0,0]', '{}'),
    (2, 'Bob sold his house in spring', '[0,1,0]', '{}'),
    (3, 'the harbour closed early', '[0,0.9,0.1]', '{}'),
    (4, 'bread was baked twice', '[0,0.8,0.3]', '{}'),
    (5, 'the pilot was tired', '[0,0.7,0.4]', '{}'),
    (6, 'rain came from the west', NULL, '{}')) AS m (n, content, embedding, cues);
-- What is known, known in part, and not known: by words and cues
SELECT * FROM feeling($$'Where does Ana keep the boat?'$$);
SELECT * FROM feeling($$'Where does Ana park the lorry?'$$);
SELECT * FROM feeling($$'Who won the cup in Uruguay?'$$);
-- By meaning, alone and with words
SELECT * FROM feeling($$NULL, '[1,0,0]'$$);
SELECT * FROM feeling($$NULL, '[-1,0,0.1]'$$);
SELECT * FROM feeling($$'Where does Ana keep the boat?', '[1,0,0]'$$);
-- By cues alone, and by a context alone
SELECT * FROM feeling($$NULL, cues => '{Ana}'$$);
SELECT * FROM feeling($$NULL, cues => '{Uruguay}'$$);
SELECT * FROM feeling($$NULL, context => 'nowhere'$$);
-- More that speaks for it, a higher estimate.
SELECT bool_and(rises) FROM (SELECT knows >= lag(knows) OVER (ORDER BY n) IS NOT FALSE AS rises
    FROM (VALUES (1, 'Where does Uruguay park the lorry?'), (2, 'Where does Ana park the lorry?'), (3, 'Where does Ana keep the lorry?'), (4, 'Where does Ana keep the boat?')) AS q (n, question),
    engram_feeling_of_knowing(question)) AS estimates;
-- It needs no right to write and changes nothing.
BEGIN READ ONLY;
SELECT knows > 0.5 AS known FROM engram_feeling_of_knowing('Where does Ana keep the boat?');
COMMIT;
-- Errors
SELECT attempt($$SELECT engram_feeling_of_knowing(NULL)$$);
SELECT attempt($$SELECT engram_feeling_of_knowing('  ')$$);
SELECT attempt($$SELECT engram_feeling_of_knowing('Ana', space => 'nowhere')$$);
SELECT attempt($$SELECT engram_feeling_of_knowing('Ana', '[1,0]')$$);
SELECT attempt($$SELECT engram_feeling_of_knowing('Ana', '[0,0,0]')$$);
CREATE ROLE knowing_stranger LOGIN;
GRANT engram_reader TO knowing_stranger;
SET ROLE knowing_stranger;
SELECT attempt($$SELECT engram_feeling_of_knowing('Ana', space => 'knowing')$$);
RESET ROLE;
DROP ROLE knowing_stranger;
SELECT engram_drop_space('knowing');
RESET engram.space;

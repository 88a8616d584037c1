-- Why a recall returns what it returns.
SELECT engram_create_space('explain', dimensions => 3);
SET engram.space = 'explain';
INSERT INTO engram.memory (id, content, embedding, cues, context, occurred_at) VALUES
    (known_id(1), 'the ferry to the island was cancelled', '[1,0,0]', '{ferry}', 'monday', '2024-01-01 08:00Z'),
    (known_id(2), 'a storm closed the harbour', '[0.8,0.6,0]', '{about:harbour}', 'monday', '2024-01-01 07:00Z'),
    (known_id(3), 'bread was baked twice', '[0,0,1]', '{bakery}', 'monday', '2024-01-01 09:00Z'),
    (known_id(4), 'the pilot repaired a ferry engine', NULL, '{ferry, engine}', NULL, '2024-01-02 08:00Z'),
    (known_id(5), 'spare parts arrived by train', '[0,1,0]', '{engine}', NULL, '2024-01-02 09:00Z'),
    (known_id(6), 'nobody came', NULL, '{}', NULL, '2024-01-03 09:00Z');
SELECT engram_associate(known_id(5), known_id(6), 'causal', 0.8);
CREATE FUNCTION explained(arguments text)
RETURNS TABLE (id text, signal text, value numeric, share numeric, detail text) LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE 'SELECT right(e.id::text, 1), e.signal, round(e.value::numeric, 4), round(e.share::numeric, 4),
        replace(e.detail, ''00000000-0000-7000-8000-00000000000'', ''..'')
        FROM engram_explain_recall(' || arguments || ') WITH ORDINALITY AS e ORDER BY e.ordinality';
END
$$;
-- The rows are those of the recall, in its order, and the shares of each add up to 1.
CREATE FUNCTION agrees(arguments text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    recalled uuid[];
    explained uuid[];
    whole boolean;
BEGIN
    EXECUTE 'SELECT array_agg(r.id ORDER BY r.ordinality) FROM engram_recall(' || arguments || ') WITH ORDINALITY AS r' INTO recalled;
    EXECUTE 'SELECT array_agg(e.id ORDER BY e.ordinality) FILTER (WHERE e.signal = ''dense'') FROM engram_explain_recall(' || arguments
        || ') WITH ORDINALITY AS e WHERE e.id IS NOT NULL' INTO explained;
    EXECUTE 'SELECT bool_and(abs(s - 1) < 1e-5) FROM (SELECT sum(e.share) AS s FROM engram_explain_recall(' || arguments
        || ') e WHERE e.id IS NOT NULL GROUP BY e.id) x' INTO whole;
    RETURN recalled IS NOT DISTINCT FROM explained AND whole IS NOT FALSE;
END
$$;
SELECT a, agrees(a) FROM unnest(ARRAY[
    $$'when do ferries sail'$$, $$'ferry', '[1,0,0]'$$, $$'ferry', '[1,0,0]', k => 1$$, $$embedding => '[0,1,1]', hops => 0$$,
    $$cues => '{engine}'$$, $$ids => ARRAY[known_id(5)]$$, $$context => 'monday'$$, $$'ferry', min_score => 0.5$$,
    $$'ferry engine storm', max_tokens => 20$$, $$'submarine'$$, $$'ferry', in_context => 'monday'$$, $$'ferry', filter => '{"a": 1}'$$]) AS a;
SELECT * FROM explained($$'when do ferries sail', hops => 0$$);
SELECT * FROM explained($$'the ferry and the submarine', '[1,0,0]', k => 2$$);
SELECT * FROM explained($$cues => '{Engine, Anchor}', hops => 2$$);
SELECT * FROM explained($$ids => ARRAY[known_id(5)], k => 1$$);
SELECT id, signal, value, detail FROM explained($$'ferry', min_score => 0.6$$) WHERE id IS NULL;
SELECT id, signal, value, detail FROM explained($$'ferry', hops => 0, max_tokens => 9$$) WHERE id IS NULL;
SELECT id, signal, value, detail FROM explained($$'submarine'$$);
-- As text
SELECT replace(line, '00000000-0000-7000-8000-00000000000', '..') AS line
FROM engram_explain_recall_text('when do ferries sail', '[1,0,0]', k => 4) AS line;
SELECT replace(line, '00000000-0000-7000-8000-00000000000', '..') AS line FROM engram_explain_recall_text(ids => ARRAY[known_id(4)]) AS line;
SELECT * FROM engram_explain_recall_text('submarine');
-- The work limit
SET engram.spread_max_edges = 1;
SELECT id, signal, value, detail FROM explained($$'ferry'$$) WHERE signal = 'spread';
RESET engram.spread_max_edges;
-- A space without embeddings
SELECT engram_create_space('explain_words');
SELECT engram_remember('the ferry', space => 'explain_words', id => known_id(1));
SELECT id, signal, value, detail FROM explained($$'ferry', '[1,2]', space => 'explain_words'$$);
-- What the caller may not see has no id and no name here.
CREATE ROLE explain_reader LOGIN;
GRANT engram_reader TO explain_reader;
SELECT engram_configure_space('explain', readers => '{explain_reader}');
CREATE POLICY explain_hidden ON engram.memory AS RESTRICTIVE FOR SELECT TO explain_reader USING (id <> known_id(4));
SET ROLE explain_reader;
SELECT * FROM explained($$'ferry cancelled', k => 2, cues => '{ferry}'$$) WHERE signal = 'cue';
SELECT id, signal, detail FROM explained($$ids => ARRAY[known_id(1)]$$) WHERE signal = 'cue' AND id = '5';
SELECT replace(line, '00000000-0000-7000-8000-00000000000', '..') AS line FROM engram_explain_recall_text(ids => ARRAY[known_id(1)]) AS line WHERE line LIKE '%Path%';
SELECT count(*) AS hidden FROM engram_explain_recall('ferry pilot train', ids => ARRAY[known_id(1)]) e WHERE e.detail LIKE '%000004%' OR e.id = known_id(4);
SELECT attempt($$SELECT engram_explain_recall('ferry', space => 'explain_words')$$);
RESET ROLE;
DROP POLICY explain_hidden ON engram.memory;
SELECT attempt($$SELECT engram_explain_recall()$$);
SELECT attempt($$SELECT engram_explain_recall_text('ferry', k => 0)$$);
SELECT attempt($$SELECT engram_explain_recall('ferry', space => 'nowhere')$$);
SELECT engram_drop_space('explain'), engram_drop_space('explain_words');
DROP ROLE explain_reader;
RESET engram.space;

-- Similar memories compete for a cue.
SELECT engram_create_space('interference', dimensions => 3);
SET engram.space = 'interference';
SET engram.interference_weight = 1;
CREATE FUNCTION interfered(arguments text) RETURNS TABLE (id text, value numeric, share numeric, detail text) LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE 'SELECT right(e.id::text, 1), round(e.value::numeric, 4), round(e.share::numeric, 4), e.detail
        FROM engram_explain_recall(' || arguments || ') WITH ORDINALITY AS e WHERE e.signal = ''interference'' ORDER BY e.ordinality';
END
$$;
CREATE FUNCTION ranked(arguments text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    found text;
BEGIN
    EXECUTE 'SELECT string_agg(right(r.id::text, 1) || '' '' || round(r.score::numeric, 4), '', '' ORDER BY r.ordinality)
        FROM engram_recall(' || arguments || ') WITH ORDINALITY AS r' INTO found;
    RETURN found;
END
$$;
-- A memory by itself, and something else that the cue brings to mind.
INSERT INTO engram.memory (id, content, embedding, occurred_at) VALUES
    (known_id(1), 'the key is under the stone', '[1,0,0]', '2024-01-02'),
    (known_id(9), 'the tide was low', '[0.1,0,0.995]', '2024-01-02');
SELECT ranked($$embedding => '[1,0,0]', hops => 0$$);
SELECT * FROM interfered($$embedding => '[1,0,0]', hops => 0$$);
-- Retroactive: what comes after it lowers it, and it lowers what comes after it less.
INSERT INTO engram.memory (id, content, embedding, occurred_at) VALUES
    (known_id(2), 'the key is in the shed', '[0.8,0.6,0]', '2024-01-03');
SELECT ranked($$embedding => '[1,0,0]', hops => 0$$);
SELECT * FROM interfered($$embedding => '[1,0,0]', hops => 0$$);
-- Proactive: what comes before it lowers it less than what comes after it.
UPDATE engram.memory SET occurred_at = '2024-01-01' WHERE id = known_id(2);
SELECT ranked($$embedding => '[1,0,0]', hops => 0$$);
SELECT * FROM interfered($$embedding => '[1,0,0]', hops => 0$$);
-- More rivals, more interference; one that says the same is none, and one without an embedding is none.
INSERT INTO engram.memory (id, content, embedding, occurred_at) VALUES
    (known_id(3), 'the key is in the boat', '[0.8,0,0.6]', '2024-01-04'),
    (known_id(4), 'under the stone there is the key', '[0.995,0.0998,0]', '2024-01-04'),
    (known_id(5), 'stone', NULL, '2024-01-04');
SELECT ranked($$embedding => '[1,0,0]', hops => 0$$);
SELECT * FROM interfered($$embedding => '[1,0,0]', hops => 0$$);
-- The order changes among rivals only: what is like the first two falls behind neither the other nor the unrelated.
DELETE FROM engram.memory WHERE space = 'interference';
INSERT INTO engram.memory (id, content, embedding, occurred_at) VALUES
    (known_id(1), 'the mill', '[0.72,0.694,0]', '2024-01-01'),
    (known_id(2), 'the lock', '[0.71,-0.704,0]', '2024-01-01'),
    (known_id(3), 'a mill', '[0.6,0.6,0.529]', '2024-01-05'),
    (known_id(4), 'the mills', '[0.5,0.7,0.51]', '2024-01-05');
SELECT ranked($$embedding => '[1,0,0]', hops => 0$$);
SELECT * FROM interfered($$embedding => '[1,0,0]', hops => 0$$);
-- Off, and another threshold.
SET engram.interference_weight = 0;
SELECT ranked($$embedding => '[1,0,0]', hops => 0$$);
SELECT count(*) FROM interfered($$embedding => '[1,0,0]', hops => 0$$);
RESET engram.interference_weight;
SET engram.interference_weight = 0.2;
SELECT ranked($$embedding => '[1,0,0]', hops => 0$$);
SET engram.interference_threshold = 0.99;
SELECT ranked($$embedding => '[1,0,0]', hops => 0$$);
RESET engram.interference_threshold;
-- What the caller may not see is no rival.
SET engram.interference_weight = 1;
CREATE ROLE interference_reader;
GRANT engram_reader TO interference_reader;
SELECT engram_configure_space('interference', readers => '{interference_reader}');
CREATE POLICY interference_hidden ON engram.memory AS RESTRICTIVE FOR SELECT TO interference_reader USING (id <> known_id(3));
GRANT EXECUTE ON FUNCTION known_id(integer), interfered(text), ranked(text) TO interference_reader;
SET ROLE interference_reader;
SELECT ranked($$embedding => '[1,0,0]', hops => 0$$);
SELECT * FROM interfered($$embedding => '[1,0,0]', hops => 0$$);
RESET ROLE;
DROP POLICY interference_hidden ON engram.memory;
-- The fan: what is stored later under the same cue takes activation away from what was there before.
SELECT engram_create_space('fan of links');
SET engram.space = 'fan of links';
SET engram.interference_weight = 0;
INSERT INTO engram.memory (id, content, cues) VALUES (known_id(1), 'the lawyer is in the park', '{about:lawyer}'),
    (known_id(2), 'the captain is in the church', '{about:captain}');
CREATE FUNCTION fan(cue text) RETURNS TABLE (fan bigint, id text, cue_activation numeric, score numeric) LANGUAGE sql AS $$
    SELECT (SELECT count(*) FROM engram.memory m WHERE m.space = 'fan of links' AND m.cues @> ARRAY['about:' || $1]),
        right(r.id::text, 1), round(e.value::numeric, 4), round(r.score::numeric, 4)
    FROM engram_recall(cues => ARRAY[$1], hops => 1) WITH ORDINALITY AS r JOIN engram_explain_recall(cues => ARRAY[$1], hops => 1) e ON e.id = r.id
    WHERE e.signal = 'cue' AND r.id IN (known_id(1), known_id(2)) ORDER BY r.ordinality
$$;
SELECT * FROM fan('lawyer');
INSERT INTO engram.memory (id, content, cues) VALUES (known_id(3), 'the lawyer is in the bank', '{about:lawyer}');
SELECT * FROM fan('lawyer');
INSERT INTO engram.memory (id, content, cues) VALUES (known_id(4), 'the lawyer is in the cave', '{about:lawyer}');
SELECT * FROM fan('lawyer');
-- Nothing else was said about the captain.
SELECT * FROM fan('captain');

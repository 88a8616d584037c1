-- Spreading alone. Sources, reached memories and paths are written by the last digits of their ids.
CREATE FUNCTION reached(sources text, more text DEFAULT NULL)
RETURNS TABLE (memory text, activation numeric, hops integer, path text) LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE 'SELECT right(r.id::text, 1), round(r.activation::numeric, 4), r.hops,
        (SELECT string_agg(right(v::text, 1), '' > '' ORDER BY n) FROM unnest(r.via) WITH ORDINALITY AS u (v, n))
        FROM engram_spread(ARRAY(SELECT known_id(s) FROM unnest(ARRAY[' || sources || ']) AS s)' || coalesce(', ' || more, '')
        || ') WITH ORDINALITY AS r ORDER BY r.ordinality';
END
$$;
SET engram.space = 'spread';
SELECT engram_create_space('spread');
-- A chain in time (1, 2, 3), a chain of cues (3, 4, 5), and associations of each kind from 6.
INSERT INTO engram.memory (id, content, cues, context, occurred_at)
SELECT known_id(n), 'memory ' || n, cues::text[], context, occurred_at::timestamptz
FROM (VALUES (1, '{}', 'log', '2024-01-01Z'), (2, '{}', 'log', '2024-01-02Z'), (3, '{boat}', 'log', '2024-01-03Z'),
             (4, '{boat, yard}', NULL, NULL), (5, '{yard}', NULL, NULL),
             (6, '{}', NULL, NULL), (7, '{}', NULL, NULL), (8, '{}', NULL, NULL), (9, '{}', NULL, NULL)) AS m (n, cues, context, occurred_at);
SELECT * FROM reached('1');
SELECT * FROM reached('1', 'hops => 1');
SELECT * FROM reached('1', 'hops => 5');
SELECT * FROM reached('1', 'hops => 0');
SELECT * FROM reached('1', 'k => 1');
-- Two sources share the initial activation.
SELECT * FROM reached('1, 5');
-- Associations lead from source to target, by their weight.
SELECT engram_associate(known_id(6), known_id(7), 'causal', 1), engram_associate(known_id(6), known_id(8), 'semantic', 0.5);
SELECT engram_associate(known_id(8), known_id(9), 'spatial', 0.1);
SELECT * FROM reached('6');
SELECT * FROM reached('7');
-- An inhibitory one takes away, never below nothing.
SELECT engram_associate(known_id(7), known_id(8), 'temporal', 1);
SELECT * FROM reached('6');
SELECT engram_associate(known_id(6), known_id(8), 'inhibitory', 0.2);
SELECT * FROM reached('6');
SELECT engram_associate(known_id(6), known_id(8), 'inhibitory', 1);
SELECT * FROM reached('6');
-- A cycle ends.
SELECT engram_associate(known_id(9), known_id(6), 'emotional', 1);
SELECT * FROM reached('9', 'hops => 10');
-- The threshold and the settings.
SELECT * FROM reached('1', 'threshold => 0.9');
SET engram.spread_damping = 0.2;
SELECT * FROM reached('1');
RESET engram.spread_damping;
SET engram.spread_max_edges = 1;
SELECT * FROM reached('2');
RESET engram.spread_max_edges;
-- What was forgotten is no step on a path.
SELECT engram_forget(known_id(2));
SELECT * FROM reached('1', 'hops => 1');
SELECT engram_forget(known_id(4), 'delete');
SELECT * FROM reached('3');
-- Errors
SELECT attempt($$SELECT engram_spread('{}')$$);
SELECT attempt($$SELECT engram_spread(ARRAY[known_id(99)])$$);
SELECT attempt($$SELECT engram_spread(ARRAY[known_id(1)], space => 'nowhere')$$);
SELECT attempt($$SELECT engram_spread(ARRAY[known_id(1)], hops => 11)$$);
SELECT attempt($$SELECT engram_spread(ARRAY[known_id(1)], threshold => 0)$$);
SELECT attempt($$SELECT engram_spread(ARRAY[known_id(1)], k => 0)$$);
SELECT * FROM engram_check();

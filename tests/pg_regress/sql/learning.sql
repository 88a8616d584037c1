-- Inhibition lowers activation, and never below zero.
SET engram.space = 'inhibition';
SELECT count(*) FROM engram_remember_many((SELECT jsonb_agg(jsonb_build_object('content', c, 'id', known_id(n::int))) FROM
    unnest(ARRAY['alpha', 'beta', 'gamma', 'delta']) WITH ORDINALITY AS t(c, n))::jsonb);
SELECT engram_associate(known_id(1), known_id(2)), engram_associate(known_id(1), known_id(3)), engram_associate(known_id(2), known_id(3));
CREATE TEMPORARY TABLE before AS SELECT * FROM engram_spread(ARRAY[known_id(1)]);
SELECT engram_associate(known_id(1), known_id(3), 'inhibitory', 0.2);
SELECT b.id, coalesce(s.activation, 0) < b.activation AS lower, coalesce(s.activation, 0) > 0 AS above_zero
FROM before b LEFT JOIN engram_spread(ARRAY[known_id(1)]) s USING (id) WHERE b.id = known_id(3);
SELECT engram_associate(known_id(1), known_id(3), 'inhibitory', 1), engram_associate(known_id(2), known_id(3), 'inhibitory', 1);
SELECT count(*) FROM engram_spread(ARRAY[known_id(1)]) WHERE activation < 0;
SELECT coalesce((SELECT activation FROM engram_spread(ARRAY[known_id(1)]) WHERE id = known_id(3)), 0) AS activation;

-- Recalled together. Off by default.
CREATE FUNCTION pg_temp.learned(wanted bigint) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    -- The worker may have begun with it.
    FOR i IN 1..200 LOOP
        PERFORM engram.learn();
        EXIT WHEN (SELECT count(*) FROM engram.association a WHERE a.space = current_setting('engram.space')) = wanted;
        PERFORM pg_sleep(0.05);
    END LOOP;
    RETURN (SELECT count(*) || ' associations' FROM engram.association a WHERE a.space = current_setting('engram.space'));
END $$;
SET engram.space = 'hebbian';
SELECT count(*) FROM engram_remember_many((SELECT jsonb_agg(jsonb_build_object('content', 'the harbour ' || c, 'id', known_id(n::int))) FROM
    unnest(ARRAY['light', 'wall', 'master']) WITH ORDINALITY AS t(c, n))::jsonb);
SELECT engram_associate(known_id(1), known_id(2), 'semantic', 0.3);
SELECT count(*) FROM engram_recall('harbour', k => 3);
SELECT engram.learn();
SET engram.hebbian_rate = 0.2;
SELECT count(*) FROM engram_recall('harbour', k => 3, reinforce => false);
SELECT engram.learn();
SELECT count(*) FROM engram_recall('harbour', k => 3);
SELECT pg_temp.learned(6);
SELECT source, target, kind, weight, origin FROM engram.association WHERE space = 'hebbian' ORDER BY source, target;
SELECT count(*) FROM engram_recall('harbour', k => 3);
SELECT engram.learn() >= 0 AS learned, pg_sleep(0.3);
SELECT DISTINCT round(weight::numeric, 3) AS weight, origin FROM engram.association WHERE space = 'hebbian' ORDER BY weight;
SELECT count(*) FROM (SELECT engram_recall('harbour', k => 3) FROM generate_series(1, 10)) AS ten;
SELECT engram.learn() >= 0 AS learned, pg_sleep(0.3);
SELECT DISTINCT round(weight::numeric, 3) AS weight, origin FROM engram.association WHERE space = 'hebbian' ORDER BY weight;
-- What somebody says is explicit from then on, and can be taken away.
SELECT engram_associate(known_id(3), known_id(1), 'semantic', 0.5);
SELECT engram_dissociate(known_id(3), known_id(2));
SELECT source, target, weight, origin FROM engram.association WHERE space = 'hebbian' AND source = known_id(3);
RESET engram.hebbian_rate;
SELECT attempt($$INSERT INTO engram.association (space, source, target, origin) VALUES ('hebbian', known_id(3), known_id(2), 'rumour')$$);

-- Similar memories: each leads to its nearest ones.
ALTER SYSTEM SET engram.similarity_edges = 2;
ALTER SYSTEM SET engram.similarity_threshold = 0.8;
SELECT pg_reload_conf();
SELECT pg_sleep(0.2);
SELECT engram_create_space('similar', dimensions => 2);
SET engram.space = 'similar';
SELECT engram_remember('at ' || n || ' degrees', id => known_id(n), embedding => ARRAY[cosd(n), sind(n)]::real[]::vector) IS NOT NULL AS stored
FROM unnest(ARRAY[10, 20, 25, 80]) AS n;
CREATE VIEW nearest AS SELECT right(a.source::text, 2) AS source, string_agg(right(a.target::text, 2), ' ' ORDER BY a.weight DESC, a.target) AS targets,
    bool_and(a.origin = 'similarity' AND a.kind = 'semantic') AS learned
FROM engram.association a WHERE a.space = 'similar' GROUP BY 1;
SELECT pg_temp.learned(6);
SELECT * FROM nearest ORDER BY source;
SELECT round(weight::numeric, 2) FROM engram.association WHERE space = 'similar' AND source = known_id(20) AND target = known_id(25);
-- A new one enters the lists of others, and pushes the farthest out.
SELECT engram_remember('at 23 degrees', id => known_id(23), embedding => ARRAY[cosd(23), sind(23)]::real[]::vector) IS NOT NULL AS stored;
SELECT pg_temp.learned(8);
SELECT * FROM nearest ORDER BY source;
-- One that goes makes room, one that turns away loses its associations, one without an embedding has none.
SELECT engram_forget(known_id(23), 'delete');
SELECT pg_temp.learned(6);
SELECT * FROM nearest ORDER BY source;
SELECT engram_update(known_id(10), embedding => ARRAY[cosd(85), sind(85)]::real[]::vector);
SELECT engram_remember('at no degrees', id => known_id(99)) IS NOT NULL AS stored;
SELECT pg_temp.learned(4);
SELECT * FROM nearest ORDER BY source;
SELECT engram_forget(known_id(80));
SELECT pg_temp.learned(2);
SELECT * FROM nearest ORDER BY source;
SELECT engram_forget(known_id(80), 'restore');
SELECT pg_temp.learned(4);
-- An explicit association stays as it is.
SELECT engram_associate(known_id(80), known_id(10), 'semantic', 0.1);
SELECT engram_update(known_id(80), embedding => ARRAY[cosd(84), sind(84)]::real[]::vector);
SELECT engram.learn() >= 0 AS learned, pg_sleep(0.3);
SELECT weight, origin FROM engram.association WHERE space = 'similar' AND source = known_id(80);
SELECT * FROM engram_check();
-- Off again: they go.
ALTER SYSTEM RESET engram.similarity_edges;
ALTER SYSTEM RESET engram.similarity_threshold;
SELECT pg_reload_conf();
SELECT pg_sleep(0.2);
SELECT pg_temp.learned(1);
SELECT weight, origin FROM engram.association WHERE space = 'similar';
SELECT count(*) FROM engram.progress WHERE space = 'similar' AND job = 'similarity';
DROP VIEW nearest;
-- Learning writes, so it needs who may write.
CREATE ROLE learning_reader IN ROLE engram_writer;
SELECT engram_configure_space('similar', readers => '{learning_reader}');
SET ROLE learning_reader;
SELECT attempt($$SELECT engram.learn('similar')$$);
SELECT attempt($$SET engram.hebbian_rate = 1$$);
SELECT attempt($$SELECT engram.learn('nowhere')$$);
RESET ROLE;
SELECT engram_configure_space('similar', readers => '{}');
DROP ROLE learning_reader;

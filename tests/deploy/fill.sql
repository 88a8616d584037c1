-- Old entries of a log that are stored again and again until there are more than the hot tier has room for.
SET engram.builtin_encoder = off;
SELECT count(engram_remember((SELECT string_agg((ARRAY['anchor', 'sail', 'lamp', 'rope', 'mast', 'tide', 'harbour', 'pilot', 'buoy', 'chart'])[1 + floor(random() * 10)], ' ')
                              FROM generate_series(1, 12) WHERE n > 0) || ', entry ' || floor(random() * 1e6), space => 'archive', on_duplicate => 'store'))
FROM generate_series(1, 40) n
\watch 1

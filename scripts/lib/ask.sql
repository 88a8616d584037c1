-- One question of the quick start, as a table. The path names the memories that activation came
-- through; "direct" is what the words of the question found themselves.
SELECT round(r.score::numeric, 3) AS score,
       round(r.confidence::numeric, 2) AS confidence,
       CASE WHEN cardinality(r.via) > 0 THEN
           (SELECT string_agg('"' || left(regexp_replace(m.content, '\s+', ' ', 'g'), 24) || '..."', ' > ' ORDER BY step.n)
            FROM unnest(r.via) WITH ORDINALITY AS step (id, n)
            JOIN engram.memories m ON m.space = r.space AND m.id = step.id)
       ELSE 'direct' END AS path,
       left(regexp_replace(r.content, '\s+', ' ', 'g'), 96) AS memory
FROM engram_recall(cue => :'question', space => :'space', k => 5) r;

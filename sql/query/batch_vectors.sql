-- What near-duplicates are recognised by, in the order of the batch.
SELECT m.embedding, coalesce(m.cues, '{}'), m.content
FROM pg_catalog.jsonb_array_elements($1) WITH ORDINALITY AS e(value, ordinality),
     LATERAL pg_catalog.jsonb_populate_record(NULL::engram.memory, e.value) AS m
ORDER BY e.ordinality

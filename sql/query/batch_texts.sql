-- What duplicates are recognised by, in the order of the batch.
SELECT coalesce(e.value OPERATOR(pg_catalog.->>) 'space', $2),
       e.value OPERATOR(pg_catalog.->>) 'content',
       e.value OPERATOR(pg_catalog.->>) 'context',
       e.value OPERATOR(pg_catalog.->>) 'id',
       e.value OPERATOR(pg_catalog.->>) 'on_duplicate'
FROM pg_catalog.jsonb_array_elements($1) WITH ORDINALITY AS e(value, ordinality)
ORDER BY e.ordinality

-- The ids that a batch gives, in its order; null where it leaves the id to us. Last column: whether the caller can see
-- that memory with the same content.
SELECT (e.value OPERATOR(pg_catalog.->>) 'id')::pg_catalog.uuid AS id,
       EXISTS (SELECT FROM engram.memories m
               WHERE m.space OPERATOR(pg_catalog.=) coalesce(e.value OPERATOR(pg_catalog.->>) 'space', $2)
                 AND m.id OPERATOR(pg_catalog.=) (e.value OPERATOR(pg_catalog.->>) 'id')::pg_catalog.uuid
                 AND m.content OPERATOR(pg_catalog.=) (e.value OPERATOR(pg_catalog.->>) 'content')) AS same
FROM pg_catalog.jsonb_array_elements($1) WITH ORDINALITY AS e(value, ordinality)
ORDER BY e.ordinality

-- The best founded of the beliefs that the caller may see, $2 at most. The last column says how many there are.
SELECT b.space, b.content, b.label, b.confidence::pg_catalog.float8, b.citations::pg_catalog.int8,
       pg_catalog.date_part('epoch', b.period), pg_catalog.count(*) OVER ()
FROM engram.beliefs b
WHERE b.space OPERATOR(pg_catalog.=) ANY ($1)
ORDER BY b.confidence DESC, b.citations DESC, b.space, b.belief
LIMIT $2

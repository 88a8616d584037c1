-- The memory that speaks for another ($3) or against it, as the caller may see it.
SELECT CASE WHEN b.content OPERATOR(pg_catalog.=) '' THEN
           (SELECT c.content FROM engram.cold c
            WHERE c.space OPERATOR(pg_catalog.=) b.space AND c.id OPERATOR(pg_catalog.=) b.id)
       ELSE b.content END,
       b.source,
       EXISTS (SELECT FROM engram.citation c
               WHERE c.space OPERATOR(pg_catalog.=) $1
                 AND ((c.belief OPERATOR(pg_catalog.=) $2 AND c.evidence OPERATOR(pg_catalog.=) $3)
                   OR (c.belief OPERATOR(pg_catalog.=) $3 AND c.evidence OPERATOR(pg_catalog.=) $2)))
FROM engram.memory b
WHERE b.space OPERATOR(pg_catalog.=) $1 AND b.id OPERATOR(pg_catalog.=) $2

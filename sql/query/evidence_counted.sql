-- Sources that count already for or against a memory, with the text and source of the memory that speaks.
SELECT e.entry, e.supports, e.weight, e.source_key, e."by",
       CASE WHEN b.content OPERATOR(pg_catalog.=) '' THEN
           (SELECT c.content FROM engram.cold c
            WHERE c.space OPERATOR(pg_catalog.=) b.space AND c.id OPERATOR(pg_catalog.=) b.id)
       ELSE b.content END,
       b.source,
       EXISTS (SELECT FROM engram.citation c
               WHERE c.space OPERATOR(pg_catalog.=) $1
                 AND ((c.belief OPERATOR(pg_catalog.=) e."by" AND c.evidence OPERATOR(pg_catalog.=) $3)
                   OR (c.belief OPERATOR(pg_catalog.=) $3 AND c.evidence OPERATOR(pg_catalog.=) e."by")))
FROM engram.evidence e
LEFT JOIN engram.memory b ON b.space OPERATOR(pg_catalog.=) e.space AND b.id OPERATOR(pg_catalog.=) e."by"
WHERE e.space OPERATOR(pg_catalog.=) $1 AND e.id OPERATOR(pg_catalog.=) $2 AND e.withdrawn_at IS NULL
ORDER BY e.entry

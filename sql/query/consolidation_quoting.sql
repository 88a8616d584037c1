-- Beliefs that cite a memory, or of which a run remembers that they did; the memory itself where it is a belief.
SELECT c.belief FROM engram.citation c
WHERE c.space OPERATOR(pg_catalog.=) $1 AND c.evidence OPERATOR(pg_catalog.=) $2 AND c.supports
UNION
SELECT t.id FROM engram.consolidation_touch t
WHERE t.space OPERATOR(pg_catalog.=) $1 AND t.other OPERATOR(pg_catalog.=) $2 AND t.what OPERATOR(pg_catalog.=) 'citation'
UNION
SELECT b.id FROM engram.belief b
WHERE b.space OPERATOR(pg_catalog.=) $1 AND b.id OPERATOR(pg_catalog.=) $2

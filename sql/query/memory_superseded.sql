-- Whether the old memory ($2) already stands among those that replaced the new one ($3).
WITH RECURSIVE later AS (
    SELECT m.superseded_by AS id FROM engram.memory m WHERE m.space OPERATOR(pg_catalog.=) $1 AND m.id OPERATOR(pg_catalog.=) $3
    UNION
    SELECT m.superseded_by FROM engram.memory m JOIN later l ON m.id OPERATOR(pg_catalog.=) l.id WHERE m.space OPERATOR(pg_catalog.=) $1
)
SELECT EXISTS (SELECT FROM later WHERE id OPERATOR(pg_catalog.=) $2)

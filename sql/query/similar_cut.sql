-- Of the associations for similarity of each source the best $3 stay; one that somebody else is changing does, too.
WITH weakest AS (
    SELECT b.source, b.target, b.kind,
           pg_catalog.row_number() OVER (PARTITION BY b.source
               ORDER BY b.weight DESC, b.target) AS place
    FROM engram.association b
    WHERE b.space OPERATOR(pg_catalog.=) $1 AND b.source OPERATOR(pg_catalog.=) ANY ($2)
      AND b.origin OPERATOR(pg_catalog.=) 'similarity'
), held AS (
    SELECT h.source, h.target, h.kind
    FROM engram.association h JOIN weakest w USING (source, target, kind)
    WHERE h.space OPERATOR(pg_catalog.=) $1 AND w.place OPERATOR(pg_catalog.>) $3
    FOR UPDATE OF h SKIP LOCKED
)
DELETE FROM engram.association a USING held
WHERE a.space OPERATOR(pg_catalog.=) $1 AND a.source OPERATOR(pg_catalog.=) held.source
  AND a.target OPERATOR(pg_catalog.=) held.target AND a.kind OPERATOR(pg_catalog.=) held.kind

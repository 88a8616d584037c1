-- Beyond so many learned associations of a memory the weakest go; those that were just learned stay.
DELETE FROM engram.association a
USING (SELECT b.source, b.target, b.kind,
              pg_catalog.row_number() OVER (PARTITION BY b.source
                  ORDER BY b.target OPERATOR(pg_catalog.=) ANY ($2) DESC, b.weight DESC, b.target) AS place
       FROM engram.association b
       WHERE b.space OPERATOR(pg_catalog.=) $1 AND b.source OPERATOR(pg_catalog.=) ANY ($2)
         AND b.origin OPERATOR(pg_catalog.=) 'co-recall') AS o
WHERE a.space OPERATOR(pg_catalog.=) $1 AND a.source OPERATOR(pg_catalog.=) o.source
  AND a.target OPERATOR(pg_catalog.=) o.target AND a.kind OPERATOR(pg_catalog.=) o.kind
  AND o.place OPERATOR(pg_catalog.>) $3

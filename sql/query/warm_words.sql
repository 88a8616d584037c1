-- By the index on terms alone: their hashes are salted by the space, and the key would find every row of the space.
SELECT w.id, w.terms, w.frequencies, w.length
FROM (SELECT i.space, i.id, i.terms, i.frequencies, i.length
      FROM engram.warm i
      WHERE i.terms OPERATOR(pg_catalog.&&) $2
      OFFSET 0) w
WHERE w.space OPERATOR(pg_catalog.=) $1
LIMIT $3

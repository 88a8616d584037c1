-- The replacement of a memory ($2) by another ($3) that holds.
SELECT s.entry, s.at, s.ended, s.began, s.made,
       EXISTS (SELECT FROM engram.supersession o
               WHERE o.space OPERATOR(pg_catalog.=) s.space AND o.new_id OPERATOR(pg_catalog.=) s.new_id
                 AND o.undone_at IS NULL AND o.entry OPERATOR(pg_catalog.<>) s.entry)
FROM engram.supersession s
WHERE s.space OPERATOR(pg_catalog.=) $1 AND s.old_id OPERATOR(pg_catalog.=) $2 AND s.new_id OPERATOR(pg_catalog.=) $3
  AND s.undone_at IS NULL
ORDER BY s.entry DESC LIMIT 1

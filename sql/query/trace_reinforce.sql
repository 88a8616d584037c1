-- The lock on the memory keeps a trace from outliving a deletion that runs at the same time.
INSERT INTO engram.trace AS t (space, id, recalls, first_recalled_at, last_recalled_at, recent)
SELECT m.space, m.id, 1, n.now, n.now, ARRAY[n.now]
FROM (SELECT space, id FROM engram.memory
      WHERE space OPERATOR(pg_catalog.=) $1 AND id OPERATOR(pg_catalog.=) $2
      FOR KEY SHARE) AS m,
     (SELECT pg_catalog.statement_timestamp()) AS n(now)
ON CONFLICT (space, id) DO UPDATE
SET recalls = t.recalls OPERATOR(pg_catalog.+) 1,
    first_recalled_at = coalesce(t.first_recalled_at, excluded.first_recalled_at),
    last_recalled_at = excluded.last_recalled_at,
    recent = (excluded.last_recalled_at OPERATOR(pg_catalog.||) t.recent)[1:8]

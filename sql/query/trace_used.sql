-- Memories that were of use now, whichever way. The lock on the memory keeps a trace from outliving
-- a deletion that runs at the same time.
INSERT INTO engram.trace AS t (space, id, recalls, last_recalled_at)
SELECT m.space, m.id, 0, pg_catalog.statement_timestamp()
FROM (SELECT space, id FROM engram.memory
      WHERE space OPERATOR(pg_catalog.=) $1 AND id OPERATOR(pg_catalog.=) ANY ($2)
      ORDER BY id FOR KEY SHARE) AS m
ON CONFLICT (space, id) DO UPDATE SET last_recalled_at = excluded.last_recalled_at

-- Rows that are not as the run has left them.
SELECT t.what, t.id, t.other
FROM engram.consolidation_touch t
WHERE t.space OPERATOR(pg_catalog.=) $1 AND t.run OPERATOR(pg_catalog.=) $2
  AND COALESCE(engram.touched_hash(engram.touched_row(t.space, t.what, t.id, t.other)), '\x')
      OPERATOR(pg_catalog.<>) COALESCE(t.after_hash, '\x')
ORDER BY t.entry

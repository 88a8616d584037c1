-- Rows that are not as the run has left them, or of which is not known any more what they were, since evidence was deleted.
SELECT t.what, t.id, t.other
FROM engram.consolidation_touch t
WHERE t.space OPERATOR(pg_catalog.=) $1 AND t.run OPERATOR(pg_catalog.=) $2
  AND (t.before OPERATOR(pg_catalog.=) '{}' OR COALESCE(engram.touched_hash(engram.touched_row(t.space, t.what, t.id, t.other)), '\x')
      OPERATOR(pg_catalog.<>) COALESCE(t.after_hash, '\x'))
ORDER BY t.entry

-- Rows that the run did not change after all are not kept.
DELETE FROM engram.consolidation_touch t
WHERE t.space OPERATOR(pg_catalog.=) $1 AND t.run OPERATOR(pg_catalog.=) $2
  AND engram.touched_hash(t.before) IS NOT DISTINCT FROM t.after_hash

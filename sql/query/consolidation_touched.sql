-- Digests of the rows as the run left them. Those that it did not change after all are no longer kept.
WITH found AS (
    SELECT t.entry, engram.touched_row(t.space, t.what, t.id, t.other) AS after
    FROM engram.consolidation_touch t
    WHERE t.space OPERATOR(pg_catalog.=) $1 AND t.run OPERATOR(pg_catalog.=) $2
), same AS (
    DELETE FROM engram.consolidation_touch t
    USING found f
    WHERE t.space OPERATOR(pg_catalog.=) $1 AND t.run OPERATOR(pg_catalog.=) $2 AND t.entry OPERATOR(pg_catalog.=) f.entry
      AND t.before IS NOT DISTINCT FROM f.after
)
UPDATE engram.consolidation_touch t
SET after_hash = engram.touched_hash(f.after)
FROM found f
WHERE t.space OPERATOR(pg_catalog.=) $1 AND t.run OPERATOR(pg_catalog.=) $2 AND t.entry OPERATOR(pg_catalog.=) f.entry
  AND t.before IS DISTINCT FROM f.after

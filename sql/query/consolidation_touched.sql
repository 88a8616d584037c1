-- Digests of the rows as the run left them. Row by row, without a join: what the planner knows of a table that grows so is out of date.
UPDATE engram.consolidation_touch t
SET after_hash = engram.touched_hash(engram.touched_row(t.space, t.what, t.id, t.other))
WHERE t.space OPERATOR(pg_catalog.=) $1 AND t.run OPERATOR(pg_catalog.=) $2

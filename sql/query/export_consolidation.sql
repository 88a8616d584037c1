SELECT pg_catalog.row_to_json(x)::pg_catalog.text
FROM (SELECT 'consolidation' AS type, c.space, c.paused, c.version, c.last_run, c.last_completed_at, c.failures_in_row,
             c.low_novelty_runs, c.next_due, c.kept_from
      FROM engram.consolidation c
      WHERE c.space OPERATOR(pg_catalog.=) $1) AS x

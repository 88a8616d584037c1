UPDATE engram.space
SET consolidation_interval = CASE WHEN $2 IS NULL THEN consolidation_interval
                                  WHEN $2 OPERATOR(pg_catalog.=) '0'::pg_catalog.interval THEN NULL
                                  ELSE $2 END,
    settings = (settings OPERATOR(pg_catalog.||) coalesce($3, '{}')) OPERATOR(pg_catalog.-) $4
WHERE space OPERATOR(pg_catalog.=) $1

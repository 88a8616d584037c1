UPDATE engram.consolidation_run r
SET state = 'undone',
    undo = pg_catalog.jsonb_build_object('at', pg_catalog.now(), 'by', pg_catalog.pg_get_userbyid($3), 'run', $4::pg_catalog.uuid)
WHERE r.space OPERATOR(pg_catalog.=) $1 AND r.run OPERATOR(pg_catalog.=) $2

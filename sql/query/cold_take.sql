DELETE FROM engram.cold WHERE space OPERATOR(pg_catalog.=) $1 AND id OPERATOR(pg_catalog.=) $2

SELECT EXISTS (SELECT FROM engram.memory WHERE space OPERATOR(pg_catalog.=) $1 AND embedding IS NOT NULL)
    OR EXISTS (SELECT FROM engram.cold WHERE space OPERATOR(pg_catalog.=) $1 AND embedding IS NOT NULL)

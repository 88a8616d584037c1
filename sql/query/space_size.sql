-- How many memories a space has, counted up to a limit.
SELECT pg_catalog.count(*) FROM (SELECT FROM engram.memory WHERE space OPERATOR(pg_catalog.=) $1 LIMIT $2) AS m

-- The beginning of the unit $2 that $1 is in, and the interval $3 before it.
SELECT pg_catalog.date_trunc($2, $1) OPERATOR(pg_catalog.-) $3::pg_catalog.interval

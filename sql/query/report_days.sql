-- Memories that the caller may see, by the day they were stored, in thirty days with today; days without any too.
SELECT pg_catalog.to_char(d.day, 'YYYY-MM-DD'), COALESCE(m.stored, 0)
FROM pg_catalog.generate_series(
         pg_catalog.date_trunc('day', pg_catalog.now() AT TIME ZONE 'UTC') OPERATOR(pg_catalog.-) '29 days'::pg_catalog.interval,
         pg_catalog.date_trunc('day', pg_catalog.now() AT TIME ZONE 'UTC'), '1 day'::pg_catalog.interval) AS d(day)
LEFT JOIN (SELECT pg_catalog.date_trunc('day', m.created_at AT TIME ZONE 'UTC') AS day, pg_catalog.count(*) AS stored
           FROM engram.memory m
           WHERE m.space OPERATOR(pg_catalog.=) ANY ($1)
             AND m.created_at OPERATOR(pg_catalog.>=) (pg_catalog.now() OPERATOR(pg_catalog.-) '31 days'::pg_catalog.interval)
             AND m.kind OPERATOR(pg_catalog.<>) 'belief'
           GROUP BY 1) m ON m.day OPERATOR(pg_catalog.=) d.day
ORDER BY d.day

-- Whether the space has changed since the last scheduled run saw it, and since when, as far as a row tells. What consolidation itself
-- made is nothing new.
SELECT q.at
FROM (SELECT pg_catalog.pg_snapshot_xmin(n.seen) AS xmin, n.seen
      FROM (SELECT) o
      LEFT JOIN engram.consolidation_seen n ON n.space OPERATOR(pg_catalog.=) $1) s,
     LATERAL (
         (SELECT m.created_at AS at FROM engram.memory m
          WHERE s.seen IS NULL AND m.space OPERATOR(pg_catalog.=) $1 AND m.kind OPERATOR(pg_catalog.<>) 'belief'
          LIMIT 1)
         UNION ALL
         (SELECT m.created_at FROM engram.memory m
          WHERE m.changed OPERATOR(pg_catalog.>=) s.xmin AND m.space OPERATOR(pg_catalog.=) $1
            AND m.kind OPERATOR(pg_catalog.<>) 'belief'
            AND NOT pg_catalog.pg_visible_in_snapshot(m.changed, s.seen)
          ORDER BY m.changed LIMIT 1)
         UNION ALL
         (SELECT NULL FROM engram.change c
          WHERE c.changed OPERATOR(pg_catalog.>=) s.xmin AND c.space OPERATOR(pg_catalog.=) $1
            AND c.what OPERATOR(pg_catalog.=) 'memory'
            AND NOT pg_catalog.pg_visible_in_snapshot(c.changed, s.seen)
          LIMIT 1)
         UNION ALL
         (SELECT NULL FROM engram.space p
          WHERE p.space OPERATOR(pg_catalog.=) $1 AND p.changed OPERATOR(pg_catalog.>=) s.xmin
            AND NOT pg_catalog.pg_visible_in_snapshot(p.changed, s.seen))
     ) q
LIMIT 1

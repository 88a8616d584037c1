-- Associations for similarity that a memory has no longer, and with the fourth argument those that lead to it from others; not
-- those that somebody else is taking away or making explicit.
DELETE FROM engram.association a
USING (SELECT source, target, kind FROM engram.association
       WHERE space OPERATOR(pg_catalog.=) $1 AND origin OPERATOR(pg_catalog.=) 'similarity'
         AND (source OPERATOR(pg_catalog.=) $2 AND target OPERATOR(pg_catalog.<>) ALL ($3)
              OR target OPERATOR(pg_catalog.=) $2 AND source OPERATOR(pg_catalog.<>) ALL ($4))
       FOR UPDATE SKIP LOCKED) AS o
WHERE a.space OPERATOR(pg_catalog.=) $1 AND a.source OPERATOR(pg_catalog.=) o.source
  AND a.target OPERATOR(pg_catalog.=) o.target AND a.kind OPERATOR(pg_catalog.=) o.kind

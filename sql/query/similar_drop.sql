-- Associations for similarity that a memory has no longer, and with the fourth argument those that lead to it from others.
DELETE FROM engram.association
WHERE space OPERATOR(pg_catalog.=) $1 AND origin OPERATOR(pg_catalog.=) 'similarity'
  AND (source OPERATOR(pg_catalog.=) $2 AND target OPERATOR(pg_catalog.<>) ALL ($3)
       OR target OPERATOR(pg_catalog.=) $2 AND source OPERATOR(pg_catalog.<>) ALL ($4))

-- Roles and quotas belong to the installation and stay there.
SELECT pg_catalog.row_to_json(x)::pg_catalog.text
FROM (SELECT 'space' AS type, s.space, 1 AS format, s.dimensions, s.encoder, s.language, s.decay_profile,
             s.consolidation_interval, s.settings OPERATOR(pg_catalog.-) 'installed' AS settings, s.created_at
      FROM engram.space s
      WHERE s.space OPERATOR(pg_catalog.=) $1) AS x

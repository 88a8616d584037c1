UPDATE engram.space s
SET decay_profile = r.decay_profile,
    consolidation_interval = r.consolidation_interval,
    settings = (s.settings OPERATOR(pg_catalog.-) 'installed') OPERATOR(pg_catalog.||) coalesce(r.settings, '{}'),
    created_at = coalesce(r.created_at, s.created_at)
FROM pg_catalog.json_populate_record(NULL::engram.space, $2::pg_catalog.json) AS r
WHERE s.space OPERATOR(pg_catalog.=) $1

-- One row, whoever asks.
SELECT pg_catalog.current_database()::pg_catalog.text,
       current_user::pg_catalog.text,
       pg_catalog.to_char(pg_catalog.now() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI "UTC"'),
       pg_catalog.split_part(pg_catalog.current_setting('server_version'), ' ', 1),
       i.version, i.catalog_version, i.preloaded, i.hot_tier_bytes, i.hot_tier_free, i.evictions,
       s.in_recovery, s.lag_seconds, s.lag_bytes::pg_catalog.int8
FROM engram.stat_info i, engram.stat_standby s

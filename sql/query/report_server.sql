-- For monitors: one row of figures of the whole server.
SELECT pg_catalog.to_char(pg_catalog.to_timestamp(i.stats_reset_timestamp_seconds) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI "UTC"'),
       i.metrics_enabled OPERATOR(pg_catalog.=) 1,
       r.answered_total, r.empty_total,
       r.confidence, r.confidence_bucket, r.confidence_count, r.confidence_sum,
       h.hits_total, h.misses_total, h.lock_waits_total,
       u.pending, u.lost_total, u.lag_seconds
FROM engram.metrics_info i, engram.metrics_recall r, engram.metrics_hot_tier h, engram.metrics_reinforcement u

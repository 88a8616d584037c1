INSERT INTO engram.retention (space, kind, max_age, max_count, mode)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (space, kind) DO UPDATE
SET max_age = EXCLUDED.max_age, max_count = EXCLUDED.max_count, mode = EXCLUDED.mode, applied_at = NULL

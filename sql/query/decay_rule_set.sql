INSERT INTO engram.decay (space, kind, profile, parameters, floor)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (space, kind) DO UPDATE
SET profile = EXCLUDED.profile, parameters = EXCLUDED.parameters, floor = EXCLUDED.floor

INSERT INTO engram.evidence (space, id, entry, supports, weight, source, source_key, "by", given_by, given_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, pg_catalog.pg_get_userbyid($9), $10)

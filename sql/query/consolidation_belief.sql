INSERT INTO engram.belief (space, id, state, label, founded_by, regularity, cohesion, first_at, last_at, count, retired_at, contradicts,
                           conflicts, written, evidence_for, evidence_against)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,
        CASE WHEN $3 OPERATOR(pg_catalog.=) 'retired' THEN pg_catalog.statement_timestamp() END, $11, $12, $13, $14, $15)
ON CONFLICT (space, id) DO UPDATE
SET state = EXCLUDED.state, label = EXCLUDED.label, regularity = EXCLUDED.regularity, cohesion = EXCLUDED.cohesion,
    first_at = EXCLUDED.first_at, last_at = EXCLUDED.last_at, count = EXCLUDED.count, retired_at = EXCLUDED.retired_at,
    contradicts = EXCLUDED.contradicts, conflicts = EXCLUDED.conflicts, written = EXCLUDED.written,
    evidence_for = EXCLUDED.evidence_for, evidence_against = EXCLUDED.evidence_against

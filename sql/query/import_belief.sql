INSERT INTO engram.belief (space, id, state, label, founded_by, regularity, cohesion, first_at, last_at, count, retired_at,
                           contradicts, conflicts, written, evidence_for, evidence_against)
SELECT $1, r.id, r.state, r.label, r.founded_by, r.regularity, r.cohesion, r.first_at, r.last_at, r.count, r.retired_at,
       r.contradicts, r.conflicts, r.written, r.evidence_for, r.evidence_against
FROM pg_catalog.json_populate_record(NULL::engram.belief, $2::pg_catalog.json) AS r
ON CONFLICT (space, id) DO NOTHING

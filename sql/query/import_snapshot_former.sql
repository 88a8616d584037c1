INSERT INTO engram.consolidation_snapshot (space, run, belief, content, label, evidence_for, evidence_against, citations, first_at, last_at)
SELECT $1, r.run, r.belief, r.content, r.label, r.evidence_for, r.evidence_against, r.citations, r.first_at, r.last_at
FROM pg_catalog.json_populate_record(NULL::engram.consolidation_snapshot, $2::pg_catalog.json) AS r
ON CONFLICT (space, run, belief) DO NOTHING

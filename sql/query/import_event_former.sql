INSERT INTO engram.belief_event (space, event, belief, run, at, confidence_delta, citation_delta, novelty)
SELECT $1, r.event, r.belief, r.run, r.at, r.confidence_delta, r.citation_delta, r.novelty
FROM pg_catalog.json_populate_record(NULL::engram.belief_event, $2::pg_catalog.json) AS r
ON CONFLICT (space, event) DO NOTHING

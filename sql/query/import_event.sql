INSERT INTO engram.belief_event (space, event, belief, run, at, kind, confidence_before, confidence_after, confidence_delta,
                                 citation_delta, novelty, version)
SELECT $1, r.event, r.belief, r.run, r.at, r.kind, r.confidence_before, r.confidence_after, r.confidence_delta, r.citation_delta,
       r.novelty, r.version
FROM pg_catalog.json_populate_record(NULL::engram.belief_event, $2::pg_catalog.json) AS r
ON CONFLICT (space, event) DO NOTHING

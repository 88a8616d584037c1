INSERT INTO engram.belief_event (space, event, belief, run, at, kind, confidence_before, confidence_after, confidence_delta,
                                 citation_delta, novelty, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, coalesce($8, 0) OPERATOR(pg_catalog.-) coalesce($7, 0), $9, $10, $11)

-- A confidence of 0 is that of a belief that does not hold.
INSERT INTO engram.belief_event (space, event, belief, run, at, kind, confidence_before, confidence_after, confidence_delta, citation_delta,
                                 novelty, version)
SELECT $1, e.event, e.belief, $2, $3, 'undone', NULLIF(e.before, 0), NULLIF(e.after, 0), e.after OPERATOR(pg_catalog.-) e.before,
       e.citations::pg_catalog.int4, 0, $4
FROM ROWS FROM (pg_catalog.unnest($5), pg_catalog.unnest($6), pg_catalog.unnest($7), pg_catalog.unnest($8), pg_catalog.unnest($9))
     AS e(event, belief, before, after, citations)

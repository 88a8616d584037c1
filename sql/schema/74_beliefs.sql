-- What consolidation has published, for people.
CREATE VIEW engram.beliefs WITH (security_invoker = true) AS
SELECT s.space, s.belief, s.content, s.label,
       s.evidence_for OPERATOR(pg_catalog./) (s.evidence_for OPERATOR(pg_catalog.+) s.evidence_against) AS confidence,
       s.citations, s.first_at, s.last_at,
       pg_catalog.make_interval(secs => (s.regularity OPERATOR(pg_catalog.->>) 'period_seconds')::pg_catalog.float8) AS period,
       s.contradicts, s.parents, s.run, s.version, r.finished_at AS published_at
FROM engram.consolidation_snapshot s
JOIN engram.consolidation_run r ON r.space OPERATOR(pg_catalog.=) s.space AND r.run OPERATOR(pg_catalog.=) s.run
WHERE s.until IS NULL;
COMMENT ON VIEW engram.beliefs IS 'The latest published beliefs';
COMMENT ON COLUMN engram.beliefs.label IS 'Terms that distinguish the belief';
COMMENT ON COLUMN engram.beliefs.confidence IS 'Mean of its Beta distribution';
COMMENT ON COLUMN engram.beliefs.citations IS 'Number of memories that it cites';
COMMENT ON COLUMN engram.beliefs.period IS 'Time between two occurrences, where they are regular';
COMMENT ON COLUMN engram.beliefs.run IS 'Run that published it in this form';
COMMENT ON COLUMN engram.beliefs.version IS 'Version of the beliefs from which on it is so';
COMMENT ON COLUMN engram.beliefs.published_at IS 'When it was published in this form';

CREATE VIEW engram.belief_events WITH (security_invoker = true) AS
SELECT e.space, e.event, e.at, e.kind, e.belief, b.content, e.confidence_before, e.confidence_after, e.citation_delta, e.novelty,
       e.run, e.version
FROM engram.belief_event e
LEFT JOIN engram.consolidation_snapshot b
    ON b.space OPERATOR(pg_catalog.=) e.space AND b.belief OPERATOR(pg_catalog.=) e.belief AND b.until IS NULL;
COMMENT ON VIEW engram.belief_events IS 'What became of beliefs, with what they say now';
COMMENT ON COLUMN engram.belief_events.content IS 'What the belief says in the latest published version; null where it is not in it';

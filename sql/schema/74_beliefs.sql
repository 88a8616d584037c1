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

-- Each pair once: both beliefs have it, each from its side.
CREATE VIEW engram.belief_conflicts WITH (security_invoker = true) AS
SELECT b.space, b.id AS belief, m.content, o.id AS other, o.content AS other_content,
       c.said OPERATOR(pg_catalog.->>) 'ground' AS ground,
       c.said OPERATOR(pg_catalog.->>) 'key' AS key,
       c.said OPERATOR(pg_catalog.->>) 'says' AS value,
       c.said OPERATOR(pg_catalog.->>) 'other' AS other_value,
       c.said OPERATOR(pg_catalog.->>) 'proposal' AS proposal,
       (c.said OPERATOR(pg_catalog.->>) 'keep')::pg_catalog.uuid AS keep,
       c.said OPERATOR(pg_catalog.->>) 'reason' AS reason,
       CASE WHEN m.superseded_by OPERATOR(pg_catalog.=) o.id THEN o.id
            WHEN o.superseded_by OPERATOR(pg_catalog.=) m.id THEN m.id END AS resolved_to
FROM engram.belief b
CROSS JOIN LATERAL pg_catalog.jsonb_array_elements(b.conflicts) AS c(said)
JOIN engram.memories m ON m.space OPERATOR(pg_catalog.=) b.space AND m.id OPERATOR(pg_catalog.=) b.id
JOIN engram.memories o ON o.space OPERATOR(pg_catalog.=) b.space
    AND o.id OPERATOR(pg_catalog.=) (c.said OPERATOR(pg_catalog.->>) 'with')::pg_catalog.uuid
WHERE b.state OPERATOR(pg_catalog.=) 'active' AND b.id OPERATOR(pg_catalog.<) o.id;
COMMENT ON VIEW engram.belief_conflicts IS 'Beliefs that cannot hold together, with why and with what consolidation proposes';
COMMENT ON COLUMN engram.belief_conflicts.ground IS 'marked by engram_contradict; metadata, one key with two values; or frame, one sentence with two numbers, dates or names';
COMMENT ON COLUMN engram.belief_conflicts.key IS 'Key of the metadata; null for another ground';
COMMENT ON COLUMN engram.belief_conflicts.value IS 'What the belief has where they differ';
COMMENT ON COLUMN engram.belief_conflicts.other_value IS 'What the other one has there';
COMMENT ON COLUMN engram.belief_conflicts.proposal IS 'supersede, the kept one is newer; prefer, it is better founded; or open';
COMMENT ON COLUMN engram.belief_conflicts.keep IS 'Which of the two should stand; null while nobody can tell';
COMMENT ON COLUMN engram.belief_conflicts.reason IS 'Why';
COMMENT ON COLUMN engram.belief_conflicts.resolved_to IS 'Which of the two has replaced the other; null while both stand';

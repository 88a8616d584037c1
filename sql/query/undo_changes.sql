-- The beliefs that a run has changed: their confidence now and before, none where they did not hold, and their citations.
SELECT t.id,
       CASE WHEN m.suppressed_at IS NULL THEN m.evidence_for OPERATOR(pg_catalog./) (m.evidence_for OPERATOR(pg_catalog.+) m.evidence_against) END,
       CASE WHEN b.suppressed_at IS NULL THEN b.evidence_for OPERATOR(pg_catalog./) (b.evidence_for OPERATOR(pg_catalog.+) b.evidence_against) END,
       (SELECT (pg_catalog.count(*) FILTER (WHERE c.before IS NOT NULL) OPERATOR(pg_catalog.-)
                pg_catalog.count(*) FILTER (WHERE c.after_hash IS NOT NULL))::pg_catalog.int4
        FROM engram.consolidation_touch c
        WHERE c.space OPERATOR(pg_catalog.=) t.space AND c.run OPERATOR(pg_catalog.=) t.run
          AND c.what OPERATOR(pg_catalog.=) 'citation' AND c.id OPERATOR(pg_catalog.=) t.id)
FROM (SELECT DISTINCT ON (u.id) u.space, u.run, u.id, u.what, u.before
      FROM engram.consolidation_touch u
      WHERE u.space OPERATOR(pg_catalog.=) $1 AND u.run OPERATOR(pg_catalog.=) $2
      ORDER BY u.id, u.what OPERATOR(pg_catalog.=) 'memory' DESC) t
JOIN engram.memory m ON m.space OPERATOR(pg_catalog.=) t.space AND m.id OPERATOR(pg_catalog.=) t.id
LEFT JOIN LATERAL (
    SELECT f.evidence_for, f.evidence_against, f.suppressed_at
    FROM pg_catalog.jsonb_populate_record(NULL::engram.memory, t.before) f
    WHERE t.what OPERATOR(pg_catalog.=) 'memory'
    UNION ALL
    SELECT m.evidence_for, m.evidence_against, m.suppressed_at
    WHERE t.what OPERATOR(pg_catalog.<>) 'memory') b ON true
ORDER BY t.id

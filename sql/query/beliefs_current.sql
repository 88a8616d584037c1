-- The latest published beliefs that the caller may see, the best founded first.
SELECT s.belief, s.content, s.label, s.evidence_for, s.evidence_against, s.citations, s.first_at, s.last_at, s.regularity::pg_catalog.text,
       ARRAY(SELECT o.id FROM engram.memory o
             WHERE o.space OPERATOR(pg_catalog.=) s.space AND o.id OPERATOR(pg_catalog.=) ANY (s.contradicts) ORDER BY o.id),
       s.parents, s.run,
       CASE WHEN m.superseded_by IS NOT NULL THEN 'superseded'
            WHEN m.suppressed_at IS NOT NULL THEN 'suppressed'
            ELSE 'active' END
FROM engram.consolidation_snapshot s
JOIN engram.memory m ON m.space OPERATOR(pg_catalog.=) s.space AND m.id OPERATOR(pg_catalog.=) s.belief
WHERE s.space OPERATOR(pg_catalog.=) $1 AND s.until IS NULL
ORDER BY s.evidence_for OPERATOR(pg_catalog.-) s.evidence_against DESC, s.belief

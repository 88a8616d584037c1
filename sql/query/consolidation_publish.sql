-- What differs from the published beliefs ends with this version, and the beliefs as they are now begin with it. Retired, suppressed
-- and replaced ones are not published. Returns how many ended and how many began.
WITH standing AS (
    SELECT b.id, coalesce(nullif(m.content, ''), (SELECT c.content FROM engram.cold c
                          WHERE c.space OPERATOR(pg_catalog.=) m.space AND c.id OPERATOR(pg_catalog.=) m.id), '') AS content,
           b.label, coalesce(m.evidence_for, 0)::pg_catalog.float4 AS evidence_for,
           coalesce(m.evidence_against, 0)::pg_catalog.float4 AS evidence_against,
           b.count, b.first_at, b.last_at, b.regularity, b.contradicts,
           coalesce((SELECT pg_catalog.array_agg(DISTINCT l.parent ORDER BY l.parent) FROM engram.lineage l
                     WHERE l.space OPERATOR(pg_catalog.=) b.space AND l.child OPERATOR(pg_catalog.=) b.id), '{}') AS parents
    FROM engram.belief b
    JOIN engram.memory m ON m.space OPERATOR(pg_catalog.=) b.space AND m.id OPERATOR(pg_catalog.=) b.id
    WHERE b.space OPERATOR(pg_catalog.=) $1
      AND b.state OPERATOR(pg_catalog.=) 'active' AND m.suppressed_at IS NULL AND m.superseded_by IS NULL
), ended AS (
    UPDATE engram.consolidation_snapshot s SET until = $3
    WHERE s.space OPERATOR(pg_catalog.=) $1 AND s.until IS NULL
      AND NOT EXISTS (
          SELECT FROM standing n
          WHERE n.id OPERATOR(pg_catalog.=) s.belief
            AND (n.content, n.label, n.evidence_for, n.evidence_against, n.count, n.first_at, n.last_at, n.regularity,
                 n.contradicts, n.parents)
                IS NOT DISTINCT FROM
                (s.content, s.label, s.evidence_for, s.evidence_against, s.citations, s.first_at, s.last_at, s.regularity,
                 s.contradicts, s.parents))
    RETURNING s.belief
), begun AS (
    INSERT INTO engram.consolidation_snapshot (space, run, belief, content, label, evidence_for, evidence_against, citations, first_at,
                                               last_at, version, regularity, contradicts, parents)
    SELECT $1, $2, n.id, n.content, n.label, n.evidence_for, n.evidence_against, n.count, n.first_at, n.last_at,
           $3, n.regularity, n.contradicts, n.parents
    FROM standing n
    WHERE n.id OPERATOR(pg_catalog.=) ANY (SELECT e.belief FROM ended e)
       OR NOT EXISTS (SELECT FROM engram.consolidation_snapshot s
                      WHERE s.space OPERATOR(pg_catalog.=) $1 AND s.belief OPERATOR(pg_catalog.=) n.id AND s.until IS NULL)
    RETURNING 1
)
SELECT (SELECT pg_catalog.count(*) FROM ended), (SELECT pg_catalog.count(*) FROM begun)

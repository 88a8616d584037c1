-- What was believed: functions and views over evidence, validity and feedback.
CREATE FUNCTION engram.believed(
    space text, as_of timestamptz,
    OUT id uuid, OUT content text, OUT embedding vector, OUT encoder text, OUT cues text[], OUT context text, OUT kind text,
    OUT origin text, OUT label text, OUT evidence_for real, OUT evidence_against real, OUT occurred_at timestamptz,
    OUT source text, OUT metadata jsonb, OUT valid_from timestamptz, OUT valid_to timestamptz, OUT version integer,
    OUT created_at timestamptz, OUT cold boolean, OUT pinned boolean) RETURNS SETOF record
    LANGUAGE sql STABLE PARALLEL SAFE
AS $believed$
    SELECT m.id,
           CASE WHEN h.version IS NOT NULL THEN h.content
                WHEN m.content OPERATOR(pg_catalog.=) '' THEN
                    (SELECT c.content FROM engram.cold c
                     WHERE c.space OPERATOR(pg_catalog.=) m.space AND c.id OPERATOR(pg_catalog.=) m.id)
                ELSE m.content END,
           CASE WHEN h.version IS NOT NULL THEN h.embedding
                WHEN m.content OPERATOR(pg_catalog.=) '' THEN
                    (SELECT c.embedding FROM engram.cold c
                     WHERE c.space OPERATOR(pg_catalog.=) m.space AND c.id OPERATOR(pg_catalog.=) m.id)
                ELSE m.embedding END,
           CASE WHEN h.version IS NULL THEN m.encoder ELSE h.encoder END,
           CASE WHEN h.version IS NULL THEN m.cues ELSE h.cues END,
           CASE WHEN h.version IS NULL THEN m.context ELSE h.context END,
           CASE WHEN h.version IS NULL THEN m.kind ELSE h.kind END,
           m.origin,
           CASE WHEN h.version IS NULL THEN m.label ELSE h.label END,
           GREATEST(v.evidence_for OPERATOR(pg_catalog.-) e.since_for, 0)::pg_catalog.float4,
           GREATEST(v.evidence_against OPERATOR(pg_catalog.-) e.since_against, 0)::pg_catalog.float4,
           CASE WHEN h.version IS NULL THEN m.occurred_at ELSE h.occurred_at END,
           CASE WHEN h.version IS NULL THEN m.source ELSE h.source END,
           CASE WHEN h.version IS NULL THEN m.metadata ELSE h.metadata END,
           v.valid_from, v.valid_to, h.version, m.created_at,
           m.content OPERATOR(pg_catalog.=) '', m.pinned
    FROM engram.memory m
    -- The oldest version that was replaced later is the one of then.
    LEFT JOIN LATERAL (
        SELECT f.* FROM engram.memory_history f
        WHERE f.space OPERATOR(pg_catalog.=) m.space AND f.id OPERATOR(pg_catalog.=) m.id
          AND f.replaced_at OPERATOR(pg_catalog.>) $2
        ORDER BY f.version LIMIT 1) h ON true
    -- Limits of validity that a later supersession has set were not known.
    CROSS JOIN LATERAL (
        SELECT x.evidence_for, x.evidence_against,
               CASE WHEN x.valid_from IS NULL OR EXISTS (
                        SELECT FROM engram.supersession s
                        WHERE s.space OPERATOR(pg_catalog.=) m.space AND s.new_id OPERATOR(pg_catalog.=) m.id
                          AND s.began AND s.at OPERATOR(pg_catalog.=) x.valid_from
                          AND s.made_at OPERATOR(pg_catalog.>) $2)
                    THEN NULL ELSE x.valid_from END AS valid_from,
               CASE WHEN x.valid_to IS NULL OR EXISTS (
                        SELECT FROM engram.supersession s
                        WHERE s.space OPERATOR(pg_catalog.=) m.space AND s.old_id OPERATOR(pg_catalog.=) m.id
                          AND s.ended AND s.at OPERATOR(pg_catalog.=) x.valid_to
                          AND s.made_at OPERATOR(pg_catalog.>) $2)
                    THEN NULL ELSE x.valid_to END AS valid_to
        FROM (SELECT CASE WHEN h.version IS NULL THEN m.evidence_for ELSE h.evidence_for END AS evidence_for,
                     CASE WHEN h.version IS NULL THEN m.evidence_against ELSE h.evidence_against END AS evidence_against,
                     CASE WHEN h.version IS NULL THEN m.valid_from ELSE h.valid_from END AS valid_from,
                     CASE WHEN h.version IS NULL THEN m.valid_to ELSE h.valid_to END AS valid_to) x) v
    -- What evidence has changed between then and that version.
    CROSS JOIN LATERAL (
        SELECT COALESCE(pg_catalog.sum(w.change) FILTER (WHERE w.supports), 0) AS since_for,
               COALESCE(pg_catalog.sum(w.change) FILTER (WHERE NOT w.supports), 0) AS since_against
        FROM (SELECT g.supports,
                     g.weight OPERATOR(pg_catalog.*)
                     ((g.given_at OPERATOR(pg_catalog.<=) u.until
                           AND COALESCE(g.withdrawn_at OPERATOR(pg_catalog.>) u.until, true))::pg_catalog.int4
                      OPERATOR(pg_catalog.-)
                      (g.given_at OPERATOR(pg_catalog.<=) $2
                           AND COALESCE(g.withdrawn_at OPERATOR(pg_catalog.>) $2, true))::pg_catalog.int4) AS change
              FROM engram.evidence g
              CROSS JOIN (SELECT COALESCE(h.replaced_at, 'infinity') AS until) u
              WHERE g.space OPERATOR(pg_catalog.=) m.space AND g.id OPERATOR(pg_catalog.=) m.id) w) e
    WHERE m.space OPERATOR(pg_catalog.=) $1
      AND m.created_at OPERATOR(pg_catalog.<=) $2
      AND (m.suppressed_at IS NULL OR m.suppressed_at OPERATOR(pg_catalog.>) $2)
      AND NOT EXISTS (
          SELECT FROM engram.supersession s
          WHERE s.space OPERATOR(pg_catalog.=) m.space AND s.old_id OPERATOR(pg_catalog.=) m.id
            AND s.made_at OPERATOR(pg_catalog.<=) $2
            AND (s.undone_at IS NULL OR s.undone_at OPERATOR(pg_catalog.>) $2))
      -- One replaced by plain SQL has no entry: the end of its validity says when, if it is there.
      AND (m.superseded_by IS NULL
           OR m.valid_to OPERATOR(pg_catalog.>) $2
           OR EXISTS (SELECT FROM engram.supersession s
                      WHERE s.space OPERATOR(pg_catalog.=) m.space AND s.old_id OPERATOR(pg_catalog.=) m.id
                        AND s.undone_at IS NULL))
      AND (v.valid_from IS NULL OR v.valid_from OPERATOR(pg_catalog.<=) $2)
      AND (v.valid_to IS NULL OR v.valid_to OPERATOR(pg_catalog.>) $2)
$believed$;
COMMENT ON FUNCTION engram.believed(text, timestamptz) IS 'Memories of a space as they were believed at a time, in the version of that time';

CREATE TYPE engram.confidence AS (mean real, low real, high real);
COMMENT ON TYPE engram.confidence IS 'Belief in a statement: mean and limits, each 0 to 1, with low <= mean <= high';

CREATE FUNCTION @extschema@.engram_and(a engram.confidence, b engram.confidence) RETURNS engram.confidence
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'engram_and_wrapper';
CREATE FUNCTION @extschema@.engram_or(a engram.confidence, b engram.confidence) RETURNS engram.confidence
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'engram_or_wrapper';
CREATE FUNCTION @extschema@.engram_not(a engram.confidence) RETURNS engram.confidence
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'engram_not_wrapper';
CREATE AGGREGATE @extschema@.engram_and(engram.confidence) (
    sfunc = @extschema@.engram_and, stype = engram.confidence, parallel = safe);
CREATE AGGREGATE @extschema@.engram_or(engram.confidence) (
    sfunc = @extschema@.engram_or, stype = engram.confidence, parallel = safe);
COMMENT ON FUNCTION @extschema@.engram_and(engram.confidence, engram.confidence) IS 'Confidence that two independent statements both hold';
COMMENT ON FUNCTION @extschema@.engram_or(engram.confidence, engram.confidence) IS 'Confidence that at least one of two independent statements holds';
COMMENT ON FUNCTION @extschema@.engram_not(engram.confidence) IS 'Confidence that a statement does not hold';
COMMENT ON AGGREGATE @extschema@.engram_and(engram.confidence) IS 'Confidence that independent statements all hold';
COMMENT ON AGGREGATE @extschema@.engram_or(engram.confidence) IS 'Confidence that at least one of independent statements holds';

CREATE VIEW engram.contradictions WITH (security_invoker = true) AS
SELECT e.space, e.id, e."by", e.weight, e.given_at, e.given_by
FROM engram.evidence e
JOIN engram.memory b ON b.space OPERATOR(pg_catalog.=) e.space AND b.id OPERATOR(pg_catalog.=) e."by"
JOIN engram.memory o ON o.space OPERATOR(pg_catalog.=) e.space AND o.id OPERATOR(pg_catalog.=) e.id
WHERE NOT e.supports AND e.withdrawn_at IS NULL
  AND o.superseded_by IS NULL AND o.suppressed_at IS NULL
  AND b.superseded_by IS NULL AND b.suppressed_at IS NULL;
COMMENT ON VIEW engram.contradictions IS 'Pairs of memories that both stand though one contradicts the other';
COMMENT ON COLUMN engram.contradictions.id IS 'Memory that is contradicted';
COMMENT ON COLUMN engram.contradictions."by" IS 'Memory that contradicts';
COMMENT ON COLUMN engram.contradictions.weight IS 'Observations it counts as';

CREATE VIEW engram.calibration WITH (security_invoker = true) AS
SELECT f.space, b.bin,
       ((b.bin OPERATOR(pg_catalog.-) 1) OPERATOR(pg_catalog./) 10.0::pg_catalog.float8) AS low,
       (b.bin OPERATOR(pg_catalog./) 10.0::pg_catalog.float8) AS high,
       pg_catalog.count(*) AS n,
       pg_catalog.avg(f.confidence) AS predicted,
       pg_catalog.avg(f.useful::pg_catalog.int4)::pg_catalog.float8 AS observed
FROM engram.feedback f
CROSS JOIN LATERAL (SELECT LEAST(pg_catalog.width_bucket(f.confidence, 0, 1, 10), 10) AS bin) b
WHERE f.confidence IS NOT NULL
GROUP BY f.space, b.bin;
COMMENT ON VIEW engram.calibration IS 'Ten bins of confidence: what was predicted when feedback was given, and the share that was useful';
COMMENT ON COLUMN engram.calibration.bin IS 'From 1, the lowest tenth, to 10';
COMMENT ON COLUMN engram.calibration.predicted IS 'Mean confidence of the memories when feedback was given';
COMMENT ON COLUMN engram.calibration.observed IS 'Share of them that was useful';

CREATE VIEW engram.calibration_error WITH (security_invoker = true) AS
SELECT c.space, pg_catalog.sum(c.n)::pg_catalog.int8 AS n,
       pg_catalog.sum(c.n OPERATOR(pg_catalog.*) pg_catalog.abs(c.predicted OPERATOR(pg_catalog.-) c.observed))
           OPERATOR(pg_catalog./) pg_catalog.sum(c.n)::pg_catalog.float8 AS ece,
       (SELECT pg_catalog.avg(((f.confidence::pg_catalog.float8) OPERATOR(pg_catalog.-) f.useful::pg_catalog.int4)
                              OPERATOR(pg_catalog.^) 2)
        FROM engram.feedback f
        WHERE f.space OPERATOR(pg_catalog.=) c.space AND f.confidence IS NOT NULL) AS brier
FROM engram.calibration c
GROUP BY c.space;
COMMENT ON VIEW engram.calibration_error IS 'How well confidence predicts use, for each space';
COMMENT ON COLUMN engram.calibration_error.n IS 'Answers counted';
COMMENT ON COLUMN engram.calibration_error.ece IS 'Expected calibration error over ten bins: 0 is perfect';
COMMENT ON COLUMN engram.calibration_error.brier IS 'Brier score, the mean squared error: 0 is perfect, .25 is a constant .5';

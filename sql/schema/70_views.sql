CREATE VIEW engram.memories WITH (security_invoker = true) AS
SELECT m.space,
       m.id,
       COALESCE(c.content, m.content) AS content,
       COALESCE(c.embedding, m.embedding) AS embedding,
       m.encoder,
       m.cues,
       m.context,
       m.kind,
       m.origin,
       m.label,
       CASE WHEN (m.evidence_for OPERATOR(pg_catalog.+) m.evidence_against) OPERATOR(pg_catalog.>) 0::pg_catalog.float4
            THEN m.evidence_for OPERATOR(pg_catalog./) (m.evidence_for OPERATOR(pg_catalog.+) m.evidence_against)
       END AS confidence,
       m.occurred_at,
       m.source,
       m.metadata,
       m.valid_from,
       m.valid_to,
       m.superseded_by,
       m.suppressed_at,
       m.created_at,
       c.id IS NOT NULL AS cold
FROM engram.memory m
LEFT JOIN engram.cold c
       ON c.space OPERATOR(pg_catalog.=) m.space AND c.id OPERATOR(pg_catalog.=) m.id;
COMMENT ON VIEW engram.memories IS 'Memories whole, whichever tier holds their content';
COMMENT ON COLUMN engram.memories.confidence IS 'Belief in the fact, 0 to 1; null without evidence';
COMMENT ON COLUMN engram.memories.cold IS 'Whether content and embedding come from the cold tier';

CREATE FUNCTION engram.tier_stat(
    OUT space text, OUT mode text, OUT state text, OUT memories bigint, OUT resident bigint,
    OUT spilled bigint, OUT warm bigint, OUT cold bigint, OUT warm_state text, OUT cues bigint, OUT edges bigint,
    OUT bytes bigint, OUT unsettled bigint, OUT evictions bigint, OUT generation bigint) RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL RESTRICTED
    AS 'MODULE_PATHNAME', 'tiers_stat_wrapper';
CREATE FUNCTION engram.worker_stat(
    OUT pid integer, OUT worker text, OUT database text, OUT state text, OUT started_at timestamptz,
    OUT last_run_at timestamptz, OUT runs bigint, OUT failures bigint, OUT last_error text) RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL RESTRICTED
    AS 'MODULE_PATHNAME', 'worker_stat_wrapper';
CREATE FUNCTION engram.info_stat(
    OUT version text, OUT catalog_version text, OUT preloaded boolean, OUT hot_tier_bytes bigint,
    OUT hot_tier_free bigint, OUT evictions bigint, OUT spaces bigint) RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL RESTRICTED
    AS 'MODULE_PATHNAME', 'info_stat_wrapper';
CREATE FUNCTION engram.graph_health(
    space text DEFAULT NULL, OUT metric text, OUT value double precision, OUT assessment text) RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL RESTRICTED
    AS 'MODULE_PATHNAME', 'graph_health_wrapper';
COMMENT ON FUNCTION engram.graph_health(text) IS 'How the memories of a space hang together, and whether spreading can help there';
COMMENT ON FUNCTION engram.tier_stat() IS 'Rows of engram.stat_tier';
COMMENT ON FUNCTION engram.worker_stat() IS 'Rows of engram.stat_worker';
COMMENT ON FUNCTION engram.info_stat() IS 'Row of engram.stat_info';

CREATE VIEW engram.stat_tier WITH (security_invoker = true) AS
SELECT t.space, t.mode, t.state, t.memories, t.resident, t.spilled, t.warm, t.cold, t.warm_state, t.cues, t.edges, t.bytes,
       t.unsettled, t.evictions, t.generation
FROM engram.tier_stat() t;
COMMENT ON VIEW engram.stat_tier IS 'Spaces in the hot tier, as far as the caller may see them';

CREATE VIEW engram.stat_worker WITH (security_invoker = true) AS
SELECT w.pid, w.worker, w.database, w.state, w.started_at, w.last_run_at, w.runs, w.failures, w.last_error
FROM engram.worker_stat() w;
COMMENT ON VIEW engram.stat_worker IS 'Background workers of Engram and what they did';

CREATE VIEW engram.stat_info WITH (security_invoker = true) AS
SELECT i.version, i.catalog_version, i.preloaded, i.hot_tier_bytes, i.hot_tier_free, i.evictions, i.spaces
FROM engram.info_stat() i;
COMMENT ON VIEW engram.stat_info IS 'One row: versions and the state of the hot tier';

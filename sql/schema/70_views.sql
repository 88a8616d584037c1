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
       m.cold,
       m.pinned
FROM engram.memory m
LEFT JOIN engram.cold c
       ON m.cold AND c.space OPERATOR(pg_catalog.=) m.space AND c.id OPERATOR(pg_catalog.=) m.id;
COMMENT ON VIEW engram.memories IS 'Memories whole, whichever tier holds their content';
COMMENT ON COLUMN engram.memories.confidence IS 'Belief in the fact, 0 to 1; null without evidence';
COMMENT ON COLUMN engram.memories.cold IS 'Whether content and embedding come from the cold tier';
COMMENT ON COLUMN engram.memories.pinned IS 'Whether the memory stays in the hot tier';

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
CREATE FUNCTION engram.move_stat(OUT move text, OUT total bigint) RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL RESTRICTED
    AS 'MODULE_PATHNAME', 'move_stat_wrapper';
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
COMMENT ON FUNCTION engram.move_stat() IS 'Rows of engram.stat_move';
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

CREATE VIEW engram.stat_move WITH (security_invoker = true) AS
SELECT m.move, m.total
FROM engram.move_stat() m;
COMMENT ON VIEW engram.stat_move IS 'How many memories have moved between the tiers, in all databases since the server started';

CREATE VIEW engram.stat_info WITH (security_invoker = true) AS
SELECT i.version, i.catalog_version, i.preloaded, i.hot_tier_bytes, i.hot_tier_free, i.evictions, i.spaces
FROM engram.info_stat() i;
COMMENT ON VIEW engram.stat_info IS 'One row: versions and the state of the hot tier';

CREATE VIEW engram.reembedding_pending WITH (security_invoker = true) AS
SELECT m.space, m.id, COALESCE(c.content, m.content) AS content,
       pg_catalog.md5(COALESCE(c.content, m.content))::pg_catalog.uuid AS digest
FROM engram.reembedding e
JOIN engram.memory m ON m.space OPERATOR(pg_catalog.=) e.space
LEFT JOIN engram.cold c ON c.space OPERATOR(pg_catalog.=) m.space AND c.id OPERATOR(pg_catalog.=) m.id
WHERE COALESCE(c.embedding, m.embedding) IS NOT NULL
  AND (e.state OPERATOR(pg_catalog.=) 'filling' OR COALESCE(m.encoder, '') OPERATOR(pg_catalog.<>) e.encoder)
  AND NOT EXISTS (SELECT FROM engram.reembedded r
                  WHERE r.space OPERATOR(pg_catalog.=) m.space AND r.id OPERATOR(pg_catalog.=) m.id
                    AND r.digest OPERATOR(pg_catalog.=) pg_catalog.md5(COALESCE(c.content, m.content))::pg_catalog.uuid);
COMMENT ON VIEW engram.reembedding_pending IS 'Memories that still need an embedding of the encoder that their space is getting';
COMMENT ON COLUMN engram.reembedding_pending.digest IS 'What engram_reembed_put checks the content by';

CREATE VIEW engram.stat_reembedding WITH (security_invoker = true) AS
SELECT e.space, e.encoder, e.dimensions, e.state, e.memories,
       (SELECT pg_catalog.count(*) FROM engram.reembedded r WHERE r.space OPERATOR(pg_catalog.=) e.space) AS embedded,
       e.started_at, e.started_by
FROM engram.reembedding e;
COMMENT ON VIEW engram.stat_reembedding IS 'Spaces that are getting another encoder, and how far they have come';
CREATE FUNCTION engram.snapshot_stat(
    OUT written_at timestamptz, OUT bytes bigint, OUT write_ms double precision, OUT spaces bigint, OUT xmin bigint,
    OUT loaded_at timestamptz, OUT loaded_from text, OUT loaded_spaces bigint, OUT recorded_spaces bigint,
    OUT load_ms double precision, OUT discarded text) RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL RESTRICTED
    AS 'MODULE_PATHNAME', 'snapshot_stat_wrapper';
COMMENT ON FUNCTION engram.snapshot_stat() IS 'Row of engram.stat_snapshot';
CREATE VIEW engram.stat_snapshot WITH (security_invoker = true) AS
SELECT s.written_at, s.bytes, s.write_ms, s.spaces, s.xmin, s.loaded_at, s.loaded_from, s.loaded_spaces,
       s.recorded_spaces, s.load_ms, s.discarded
FROM engram.snapshot_stat() s;
COMMENT ON VIEW engram.stat_snapshot IS 'One row: the snapshot file of this database and how the hot tier was loaded after the last start';
CREATE FUNCTION engram.standby_stat(
    OUT in_recovery boolean, OUT replayed bigint, OUT followed bigint, OUT lag_seconds double precision,
    OUT spaces bigint, OUT rounds bigint, OUT rows bigint, OUT conflicts bigint, OUT waited bigint,
    OUT missed bigint, OUT ambiguous bigint) RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL RESTRICTED
    AS 'MODULE_PATHNAME', 'standby_stat_wrapper';
COMMENT ON FUNCTION engram.standby_stat() IS 'Row of engram.stat_standby';

CREATE VIEW engram.stat_standby WITH (security_invoker = true) AS
SELECT s.in_recovery,
       '0/0'::pg_catalog.pg_lsn OPERATOR(pg_catalog.+) s.replayed::pg_catalog."numeric" AS replay_position,
       '0/0'::pg_catalog.pg_lsn OPERATOR(pg_catalog.+) s.followed::pg_catalog."numeric" AS followed_position,
       GREATEST(s.replayed OPERATOR(pg_catalog.-) s.followed, 0) AS lag_bytes,
       s.lag_seconds, s.spaces, s.rounds, s.rows, s.conflicts, s.waited, s.missed, s.ambiguous
FROM engram.standby_stat() s;
COMMENT ON VIEW engram.stat_standby IS 'One row: how the hot tier of a standby follows the tables of this database';
COMMENT ON COLUMN engram.stat_standby.lag_bytes IS 'Bytes of the log that are replayed and not followed; 0 on a primary';
COMMENT ON COLUMN engram.stat_standby.lag_seconds IS 'Time since the last look, while something replayed is not followed; 0 otherwise';
COMMENT ON COLUMN engram.stat_standby.spaces IS 'Spaces that are followed';
COMMENT ON COLUMN engram.stat_standby.rounds IS 'Looks at what changed';
COMMENT ON COLUMN engram.stat_standby.rows IS 'Changes entered';
COMMENT ON COLUMN engram.stat_standby.conflicts IS 'Reads that a recovery conflict ended and that were repeated';
COMMENT ON COLUMN engram.stat_standby.waited IS 'Recalls that waited for a look';
COMMENT ON COLUMN engram.stat_standby.missed IS 'Recalls that waited in vain, so that a private region answered';
COMMENT ON COLUMN engram.stat_standby.ambiguous IS 'Recalls whose snapshot lies between two changes of a row, so that a private region answered';
CREATE FUNCTION engram.reinforcement_stat(
    OUT pending bigint, OUT noted bigint, OUT flushed bigint, OUT gone bigint, OUT lost bigint, OUT batches bigint,
    OUT last_flush timestamptz) RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL RESTRICTED
    AS 'MODULE_PATHNAME', 'reinforcement_stat_wrapper';
COMMENT ON FUNCTION engram.reinforcement_stat() IS 'Row of engram.stat_reinforcement';
CREATE VIEW engram.stat_reinforcement WITH (security_invoker = true) AS
SELECT r.pending, r.noted, r.flushed, r.gone, r.lost, r.batches, r.last_flush
FROM engram.reinforcement_stat() r;
COMMENT ON VIEW engram.stat_reinforcement IS 'One row: uses of memories by recalls, in all databases since the server started';
COMMENT ON COLUMN engram.stat_reinforcement.pending IS 'Uses that are noted in shared memory and not yet in engram.trace';
COMMENT ON COLUMN engram.stat_reinforcement.noted IS 'Uses ever noted';
COMMENT ON COLUMN engram.stat_reinforcement.flushed IS 'Uses that went to engram.trace';
COMMENT ON COLUMN engram.stat_reinforcement.gone IS 'Uses of memories that were deleted before';
COMMENT ON COLUMN engram.stat_reinforcement.lost IS 'Uses that found no room in shared memory';
COMMENT ON COLUMN engram.stat_reinforcement.batches IS 'Transactions that wrote uses to engram.trace';
COMMENT ON COLUMN engram.stat_reinforcement.last_flush IS 'When the last of them committed';

CREATE VIEW engram.watches WITH (security_invoker = true) AS
SELECT w.space, w.watch, w.name, w.cue, w.threshold, w.events, w.filter, w.channel, w.owner_role,
       pg_catalog.to_regrole(pg_catalog.quote_ident(w.owner_role)) IS NOT NULL AS owner_exists,
       w.created_at
FROM engram.watch w;
COMMENT ON VIEW engram.watches IS 'Watches of the current user, and of the spaces it owns';
COMMENT ON COLUMN engram.watches.owner_exists IS 'Whether there is a role of that name; a watch without one announces nothing';

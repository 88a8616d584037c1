\echo Use "ALTER EXTENSION engram UPDATE" to load this file. \quit

-- Every statement may be run again. Functions whose arguments change are dropped and made anew: the library keeps the
-- entry points of the former version, so that sessions work between the new library and this script.

-- Decay and reinforcement.

-- Priming and interference.

-- Confidence, validity, supersession.

-- Completion, imagination, prediction.

-- The query language.

-- Reconsolidation.

-- Watches and activity.
ALTER TABLE engram.watch ADD COLUMN IF NOT EXISTS name text;
ALTER TABLE engram.watch ADD COLUMN IF NOT EXISTS events text[] NOT NULL DEFAULT '{remember,recall}'
    CHECK (pg_catalog.cardinality(events) OPERATOR(pg_catalog.>) 0 AND events OPERATOR(pg_catalog.<@) ARRAY['remember', 'recall']);
COMMENT ON COLUMN engram.watch.owner_role IS 'Role whose rights decide which memories are announced';
COMMENT ON COLUMN engram.watch.filter IS 'What the metadata of a memory must contain';
COMMENT ON COLUMN engram.watch.channel IS 'Channel of NOTIFY, as engram_channel names it';
COMMENT ON COLUMN engram.watch.name IS 'What its owner calls it';
COMMENT ON COLUMN engram.watch.events IS 'What is announced: new memories (remember), and memories that a recall returned (recall)';


CREATE TABLE IF NOT EXISTS engram.announcement (
    space    text COLLATE "C" NOT NULL,
    entry    uuid NOT NULL,
    event    text NOT NULL CHECK (event OPERATOR(pg_catalog.=) ANY (ARRAY['remember', 'forget', 'belief'])),
    ids      uuid[] NOT NULL,
    activity boolean NOT NULL,
    PRIMARY KEY (space, entry)
) WITH (autovacuum_vacuum_scale_factor = 0.05);
COMMENT ON TABLE engram.announcement IS 'What the worker has still to announce to watches and as activity; belongs to one cluster, never dumped';
COMMENT ON COLUMN engram.announcement.entry IS 'UUID version 7: ascends with time';
COMMENT ON COLUMN engram.announcement.event IS 'What happened to the memories: remember, forget or belief';
COMMENT ON COLUMN engram.announcement.ids IS 'The memories, of one statement';
COMMENT ON COLUMN engram.announcement.activity IS 'Whether it is announced as activity, beside what watches make of it';
ALTER TABLE engram.announcement ENABLE ROW LEVEL SECURITY;
SELECT pg_catalog.pg_extension_config_dump('engram.announcement', 'WHERE false');

DROP POLICY IF EXISTS reader ON engram.watch;
CREATE POLICY reader ON engram.watch FOR SELECT USING (
    engram.may_read(space)
    AND (pg_catalog.pg_has_role(pg_catalog.to_regrole(pg_catalog.quote_ident(owner_role)), 'USAGE')
         OR EXISTS (SELECT FROM engram.space s
                    WHERE s.space OPERATOR(pg_catalog.=) watch.space
                      AND pg_catalog.pg_has_role(pg_catalog.to_regrole(pg_catalog.quote_ident(s.owner_role)), 'USAGE'))));

CREATE OR REPLACE VIEW engram.watches WITH (security_invoker = true) AS
SELECT w.space, w.watch, w.name, w.cue, w.threshold, w.events, w.filter, w.channel, w.owner_role,
       pg_catalog.to_regrole(pg_catalog.quote_ident(w.owner_role)) IS NOT NULL AS owner_exists,
       w.created_at
FROM engram.watch w;
COMMENT ON VIEW engram.watches IS 'Watches of the current user, and of the spaces it owns';
COMMENT ON COLUMN engram.watches.owner_exists IS 'Whether there is a role of that name; a watch without one announces nothing';
GRANT SELECT ON engram.watches TO engram_reader;

CREATE OR REPLACE FUNCTION @extschema@.engram_watch(
	"cue" TEXT DEFAULT NULL,
	"threshold" double precision DEFAULT 0.5,
	"embedding" vector DEFAULT NULL,
	"space" TEXT DEFAULT NULL,
	"name" TEXT DEFAULT NULL,
	"events" TEXT[] DEFAULT '{remember,recall}',
	"filter" jsonb DEFAULT NULL
) RETURNS uuid
VOLATILE PARALLEL UNSAFE
LANGUAGE c
AS 'MODULE_PATHNAME', 'engram_watch_wrapper';
CREATE OR REPLACE FUNCTION @extschema@.engram_unwatch(
	"id" uuid,
	"space" TEXT DEFAULT NULL
) RETURNS bool
VOLATILE PARALLEL UNSAFE
LANGUAGE c
AS 'MODULE_PATHNAME', 'engram_unwatch_wrapper';
CREATE OR REPLACE FUNCTION @extschema@.engram_channel(
	"space" TEXT DEFAULT NULL
) RETURNS TEXT
STABLE PARALLEL SAFE
LANGUAGE c
AS 'MODULE_PATHNAME', 'engram_channel_wrapper';
COMMENT ON FUNCTION @extschema@.engram_watch IS 'Makes a watch: what activates its cue above a threshold is announced by NOTIFY, by id';
COMMENT ON FUNCTION @extschema@.engram_unwatch IS 'Removes a watch; false where there is none of that id';
COMMENT ON FUNCTION @extschema@.engram_channel IS 'Channel on which watches and activity of a space are announced';
REVOKE ALL ON ROUTINE @extschema@.engram_watch, @extschema@.engram_unwatch, @extschema@.engram_channel FROM PUBLIC;
GRANT EXECUTE ON ROUTINE @extschema@.engram_watch, @extschema@.engram_unwatch, @extschema@.engram_channel TO engram_reader;

-- Human data.

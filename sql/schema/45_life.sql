CREATE TABLE engram.retention (
    space      text COLLATE "C" NOT NULL,
    kind       text NOT NULL DEFAULT '',
    max_age    interval CHECK (max_age OPERATOR(pg_catalog.>) '0'::pg_catalog.interval AND max_age OPERATOR(pg_catalog.<=) '1000 years'::pg_catalog.interval),
    max_count  bigint CHECK (max_count OPERATOR(pg_catalog.>=) 0),
    mode       text NOT NULL DEFAULT 'delete' CHECK (mode OPERATOR(pg_catalog.=) ANY (ARRAY['delete', 'suppress'])),
    forgotten  bigint NOT NULL DEFAULT 0,
    applied_at timestamptz,
    PRIMARY KEY (space, kind),
    CHECK (max_age IS NOT NULL OR max_count IS NOT NULL)
);
COMMENT ON TABLE engram.retention IS 'Rules by which the worker forgets memories: one for each kind that has one, and one for the others';
COMMENT ON COLUMN engram.retention.kind IS 'Kind that the rule is for; empty for every kind without a rule of its own, except belief';
COMMENT ON COLUMN engram.retention.max_age IS 'Memories that occurred longer ago are forgotten; null is no limit';
COMMENT ON COLUMN engram.retention.max_count IS 'Of more memories than this the oldest are forgotten; null is no limit';
COMMENT ON COLUMN engram.retention.mode IS 'How they are forgotten: delete or suppress';
COMMENT ON COLUMN engram.retention.forgotten IS 'Memories that the rule has forgotten so far';
COMMENT ON COLUMN engram.retention.applied_at IS 'When nothing was left to forget; null for a rule that is new or has work left';

CREATE TABLE engram.decay (
    space      text COLLATE "C" NOT NULL,
    kind       text NOT NULL DEFAULT '',
    profile    text NOT NULL CHECK (profile OPERATOR(pg_catalog.=) ANY (ARRAY['power', 'exponential', 'two_component', 'pinned', 'custom'])),
    parameters jsonb NOT NULL DEFAULT '{}',
    floor      real CHECK (floor OPERATOR(pg_catalog.>=) 0 AND floor OPERATOR(pg_catalog.<=) 1),
    PRIMARY KEY (space, kind)
);
COMMENT ON TABLE engram.decay IS 'How the memories of a space are forgotten: a rule for each kind that has one, and one for the others; engram.trace has those of single memories';
COMMENT ON COLUMN engram.decay.kind IS 'Kind that the rule is for; empty for every kind without a rule of its own';
COMMENT ON COLUMN engram.decay.profile IS 'Form of the forgetting curve: power, exponential, two_component, pinned or custom';
COMMENT ON COLUMN engram.decay.parameters IS 'What differs from the settings: curve (of custom), exponent, share, fast, stability, gain';
COMMENT ON COLUMN engram.decay.floor IS 'Share that is never forgotten; null takes the setting engram.permastore';

CREATE TABLE engram.reembedding (
    space      text COLLATE "C" NOT NULL,
    encoder    text NOT NULL,
    dimensions integer NOT NULL CHECK (dimensions OPERATOR(pg_catalog.>=) 1 AND dimensions OPERATOR(pg_catalog.<=) 16000),
    state      text NOT NULL DEFAULT 'filling' CHECK (state OPERATOR(pg_catalog.=) ANY (ARRAY['filling', 'switched'])),
    after      uuid,
    switched   xid8,
    memories   bigint NOT NULL DEFAULT 0,
    started_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    started_by name NOT NULL DEFAULT CURRENT_USER,
    PRIMARY KEY (space)
);
COMMENT ON TABLE engram.reembedding IS 'Spaces that are getting another encoder; belongs to one cluster, never dumped';
COMMENT ON COLUMN engram.reembedding.encoder IS 'Name of the encoder that the space is getting';
COMMENT ON COLUMN engram.reembedding.dimensions IS 'Dimensions of its embeddings';
COMMENT ON COLUMN engram.reembedding.state IS 'filling while embeddings are made, switched once the space has them';
COMMENT ON COLUMN engram.reembedding.after IS 'Memories with ids up to this one were looked at; null before the first';
COMMENT ON COLUMN engram.reembedding.switched IS 'Transaction that gave the space its encoder';
COMMENT ON COLUMN engram.reembedding.memories IS 'Memories of the space when it was begun';

CREATE TABLE engram.reembedded (
    space     text COLLATE "C" NOT NULL,
    id        uuid NOT NULL,
    digest    uuid NOT NULL,
    embedding vector,
    PRIMARY KEY (space, id),
    FOREIGN KEY (space, id) REFERENCES engram.memory (space, id) ON DELETE CASCADE
);
COMMENT ON TABLE engram.reembedded IS 'Embeddings of the encoder that a space is getting, until it has it; never dumped';
COMMENT ON COLUMN engram.reembedded.digest IS 'MD5 of the content that the embedding was made from';
COMMENT ON COLUMN engram.reembedded.embedding IS 'The embedding; null where the encoder knows no word of the text';

CREATE FUNCTION engram.reembed_step(
    space text, encoder text, dimensions integer, batch integer, OUT state text, OUT memories bigint) RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'reembed_step_wrapper';
COMMENT ON FUNCTION engram.reembed_step(text, text, integer, integer) IS 'One step of engram_reembed, for one transaction: what is to be done next, and how many memories it was about';

-- Every step is a transaction of its own: a call that ends early, for whatever reason, is continued by the next one.
CREATE PROCEDURE @extschema@.engram_reembed(
    space text DEFAULT NULL, encoder text DEFAULT 'built-in', dimensions integer DEFAULT NULL, batch integer DEFAULT 1000)
    LANGUAGE plpgsql
    AS $engram$
DECLARE
    step  record;
    done  pg_catalog.int8 := 0;
    told  pg_catalog.timestamptz := pg_catalog.clock_timestamp();
BEGIN
    LOOP
        SELECT s.state, s.memories INTO step FROM engram.reembed_step(space, encoder, dimensions, batch) AS s;
        COMMIT;
        EXIT WHEN step.state OPERATOR(pg_catalog.=) ANY (ARRAY['finished', 'waiting']);
        IF step.state OPERATOR(pg_catalog.=) 'settling' THEN
            PERFORM pg_catalog.pg_sleep(0.1);
        ELSE
            done := done OPERATOR(pg_catalog.+) step.memories;
        END IF;
        IF pg_catalog.clock_timestamp() OPERATOR(pg_catalog.>) (told OPERATOR(pg_catalog.+) '5 s'::pg_catalog.interval) THEN
            told := pg_catalog.clock_timestamp();
            RAISE NOTICE '% memories embedded, now %', done, step.state;
        END IF;
    END LOOP;
    IF step.state OPERATOR(pg_catalog.=) 'waiting' THEN
        RAISE NOTICE '% memories wait for embeddings of encoder "%"', step.memories, encoder
            USING HINT = 'Read them from engram.reembedding_pending, give their embeddings to engram_reembed_put, and call again.';
    END IF;
END
$engram$;

-- Memories are mostly inserted: visiting them often keeps each visit short, since it reads only pages that changed, and freezes them
-- long before it is urgent. A smaller fillfactor would not help: every change of a memory changes the indexed column "changed".
ALTER TABLE engram.memory SET (autovacuum_vacuum_insert_scale_factor = 0.05);
-- Entries are appended and read by index.
ALTER TABLE engram.audit SET (autovacuum_vacuum_insert_scale_factor = 0.05);
-- Changes are appended, read by index and trimmed: only what the trimming leaves needs a visit.
ALTER TABLE engram.change SET (autovacuum_vacuum_insert_threshold = -1);
-- Updated in place, in the room that fillfactor leaves: a visit now and then keeps the dead versions from filling it.
ALTER TABLE engram.trace SET (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.1);

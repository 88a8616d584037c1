CREATE TABLE engram.memory (
    space            text COLLATE "C" NOT NULL,
    id               uuid NOT NULL,
    content          text NOT NULL,
    embedding        vector,
    encoder          text,
    cues             text[] NOT NULL DEFAULT '{}',
    context          text,
    kind             text NOT NULL DEFAULT 'episode',
    origin           text NOT NULL DEFAULT 'stored',
    label            text,
    evidence_for     real DEFAULT 1.4,
    evidence_against real DEFAULT 0.6,
    occurred_at      timestamptz,
    source           text,
    metadata         jsonb NOT NULL DEFAULT '{}',
    valid_from       timestamptz,
    valid_to         timestamptz,
    superseded_by    uuid,
    suppressed_at    timestamptz,
    created_at       timestamptz,
    changed          xid8,
    cold             boolean NOT NULL DEFAULT false,
    pinned           boolean NOT NULL DEFAULT false,
    PRIMARY KEY (space, id)
) WITH (autovacuum_vacuum_scale_factor = 0.1, autovacuum_analyze_scale_factor = 0.05);
CREATE INDEX memory_changed ON engram.memory (changed);
COMMENT ON TABLE engram.memory IS 'Memories, one row each: the truth from which everything in shared memory is rebuilt';
COMMENT ON COLUMN engram.memory.space IS 'Space the memory belongs to; null in an INSERT takes the setting engram.space';
COMMENT ON COLUMN engram.memory.id IS 'UUID version 7; null in an INSERT makes one';
COMMENT ON COLUMN engram.memory.content IS 'What is remembered: at most 1 MB; blank only while engram.cold has it';
COMMENT ON COLUMN engram.memory.embedding IS 'Meaning as a vector of the dimensions of the space, or null';
COMMENT ON COLUMN engram.memory.encoder IS 'Name of the encoder that made the embedding; null when it came from outside';
COMMENT ON COLUMN engram.memory.cues IS 'Names, years and tags that bring the memory to mind: lower case, single spaces; about:NAME marks what it is about';
COMMENT ON COLUMN engram.memory.context IS 'Episode, session or thread; neighbours in time within one context are linked';
COMMENT ON COLUMN engram.memory.kind IS 'episode, belief, or a word of the application, at most 64 characters';
COMMENT ON COLUMN engram.memory.origin IS 'stored, consolidated, reconstructed or imagined';
COMMENT ON COLUMN engram.memory.label IS 'Visibility class that policies and consolidation respect';
COMMENT ON COLUMN engram.memory.evidence_for IS 'Evidence for the fact, first parameter of its Beta distribution';
COMMENT ON COLUMN engram.memory.evidence_against IS 'Evidence against the fact, second parameter of its Beta distribution';
COMMENT ON COLUMN engram.memory.occurred_at IS 'When it happened; null in an INSERT takes the start of the statement';
COMMENT ON COLUMN engram.memory.valid_from IS 'Since when the fact holds, if known';
COMMENT ON COLUMN engram.memory.valid_to IS 'Until when the fact holds, if known';
COMMENT ON COLUMN engram.memory.superseded_by IS 'Memory that replaces this one; a replaced memory is not recalled by default';
COMMENT ON COLUMN engram.memory.suppressed_at IS 'When it was suppressed; a suppressed memory is not recalled by default';
COMMENT ON COLUMN engram.memory.changed IS 'Transaction of the last change, set by a trigger';
COMMENT ON COLUMN engram.memory.cold IS 'Content and embedding are in engram.cold; setting it moves them';
COMMENT ON COLUMN engram.memory.pinned IS 'Stays in the hot tier, and never becomes cold by itself';

CREATE TABLE engram.memory_history (
    space            text COLLATE "C" NOT NULL,
    id               uuid NOT NULL,
    version          integer NOT NULL,
    content          text NOT NULL,
    embedding        vector,
    encoder          text,
    cues             text[] NOT NULL,
    context          text,
    kind             text NOT NULL,
    label            text,
    evidence_for     real,
    evidence_against real,
    occurred_at      timestamptz,
    source           text,
    metadata         jsonb NOT NULL,
    valid_from       timestamptz,
    valid_to         timestamptz,
    mode             text NOT NULL CHECK (mode OPERATOR(pg_catalog.=) ANY (ARRAY['correct', 'reconsolidate'])),
    replaced_at      timestamptz NOT NULL DEFAULT pg_catalog.now(),
    replaced_by      name NOT NULL,
    PRIMARY KEY (space, id, version),
    FOREIGN KEY (space, id) REFERENCES engram.memory (space, id) ON DELETE CASCADE
);
COMMENT ON TABLE engram.memory_history IS 'Former versions of memories, kept by engram_update, erased with the memory';
COMMENT ON COLUMN engram.memory_history.version IS 'Counts from 1, the oldest version';
COMMENT ON COLUMN engram.memory_history.label IS 'Visibility class the version had; rights follow it as they follow the memory';
COMMENT ON COLUMN engram.memory_history.replaced_by IS 'Role that made the correction';

-- No foreign key: its rows propose, and one whose memory is gone is harmless until the worker removes it.
CREATE TABLE engram.warm (
    space       text COLLATE "C" NOT NULL,
    id          uuid NOT NULL,
    changed     xid8 NOT NULL,
    embedding   halfvec,
    terms       bigint[] NOT NULL,
    frequencies bytea NOT NULL,
    length      integer NOT NULL,
    PRIMARY KEY (space, id)
) WITH (autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX warm_terms ON engram.warm USING gin (terms) WITH (fastupdate = off);
COMMENT ON TABLE engram.warm IS 'Search acceleration of memories outside the hot tier; derived from engram.memory, never dumped';
COMMENT ON COLUMN engram.warm.changed IS 'Version of the memory that the row was made from';
COMMENT ON COLUMN engram.warm.embedding IS 'The embedding at length 1 and half precision; an index for each number of dimensions proposes by it';
COMMENT ON COLUMN engram.warm.terms IS 'Hashes of the terms of the content, other ones in each space';
COMMENT ON COLUMN engram.warm.frequencies IS 'How often each term occurs, a byte for each, at most 255';
COMMENT ON COLUMN engram.warm.length IS 'Length of the content in terms';

CREATE TABLE engram.cold (
    space     text COLLATE "C" NOT NULL,
    id        uuid NOT NULL,
    content   text NOT NULL,
    embedding vector,
    PRIMARY KEY (space, id),
    FOREIGN KEY (space, id) REFERENCES engram.memory (space, id) ON DELETE CASCADE
) WITH (toast_tuple_target = 128);
-- Compressed and in the row as far as a page goes: a row read by its key is one page. By what
-- default_toast_compression says: a method named here would have to be there in every server the table moves to.
ALTER TABLE engram.cold ALTER COLUMN content SET STORAGE MAIN, ALTER COLUMN embedding SET STORAGE MAIN;
COMMENT ON TABLE engram.cold IS 'Content and embedding of memories in the cold tier; engram.memories shows them in their place';

CREATE TABLE engram.trace (
    space             text COLLATE "C" NOT NULL,
    id                uuid NOT NULL,
    recalls           bigint NOT NULL DEFAULT 0,
    first_recalled_at timestamptz,
    last_recalled_at  timestamptz,
    recent            timestamptz[] NOT NULL DEFAULT '{}',
    stability         real,
    labile_until      timestamptz,
    last_room         real,
    last_weight       real,
    profile           text,
    parameters        jsonb,
    floor             real,
    PRIMARY KEY (space, id)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
COMMENT ON TABLE engram.trace IS 'How a memory has been used; made at its first recall, updated in place, gone with the memory';
COMMENT ON COLUMN engram.trace.recalls IS 'Number of recalls';
COMMENT ON COLUMN engram.trace.recent IS 'Times of the most recent recalls, latest first';
COMMENT ON COLUMN engram.trace.stability IS 'Storage strength in days: how slowly the memory is forgotten';
COMMENT ON COLUMN engram.trace.labile_until IS 'End of the window in which an update changes the memory itself';
COMMENT ON COLUMN engram.trace.last_room IS 'What was forgotten when the memory was last used, 0 to 1: how much the use could add to the stability';
COMMENT ON COLUMN engram.trace.last_weight IS 'Share of it that the use took: by its place in the answer, 1 or 0 where engram_feedback has said so';
COMMENT ON COLUMN engram.trace.profile IS 'How this memory is forgotten; null as engram.decay or the settings say';
COMMENT ON COLUMN engram.trace.parameters IS 'Parameters of the profile';
COMMENT ON COLUMN engram.trace.floor IS 'Share of this memory that is never forgotten; null takes the setting engram.permastore';

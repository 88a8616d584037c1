//! The private cluster that all benchmarks of one run share, and the spaces in it.
//!
//! For each size there is a space of Engram and a table `plain_N` with the same rows, a primary key and, where it is asked for, an
//! HNSW index with the defaults of pgvector. Both are filled once, by COPY.

use crate::data::{Corpus, DIMENSIONS, Memory};
use crate::vector::Vector;
use engram_cluster_tests::{Cluster, Options, wait_ready_space};
use postgres::binary_copy::BinaryCopyInWriter;
use postgres::types::Type;
use postgres::{Client, Statement};
use std::collections::HashSet;
use std::time::{Duration, SystemTime};

/// Rows of one COPY: fewer than the 10,000 above which a transaction is loaded afterwards.
const BATCH: usize = 5_000;

/// A server with the extension, one session, and what was loaded so far.
pub struct World {
    pub cluster: Cluster,
    pub client: Client,
    /// Whether everything is small, to see that it runs.
    pub quick: bool,
    loaded: HashSet<usize>,
    indexed: HashSet<usize>,
}

/// Columns that every contender stores.
pub const COLUMNS: &str = "space, id, content, embedding, cues, context, occurred_at, metadata";

fn options() -> Options {
    // Nothing that runs by itself may disturb a measurement: no autovacuum, no checkpoint in the middle.
    [
        "fsync = on",
        "engram.hot_tier_size = '1GB'",
        "engram.snapshot_interval = 0",
        "engram.consolidation = off",
        "shared_buffers = '2GB'",
        "maintenance_work_mem = '1GB'",
        "max_wal_size = '8GB'",
        "checkpoint_timeout = '1h'",
        "autovacuum = off",
        "jit = off",
    ]
    .into_iter()
    .fold(Options::default().as_shipped(), |options, line| options.with(line))
}

impl World {
    /// Starts the cluster.
    pub fn start(quick: bool) -> World {
        let options = Options { fsync: true, ..options() };
        let cluster = Cluster::with_extension(&options);
        let client = cluster.client();
        World { cluster, client, quick, loaded: HashSet::new(), indexed: HashSet::new() }
    }

    /// `full`, or the small number that serves in a quick run.
    pub fn scaled(&self, full: usize, quick: usize) -> usize {
        if self.quick { quick } else { full }
    }

    /// The sizes of space that recall is measured with.
    pub fn sizes(&self) -> Vec<usize> {
        if self.quick { vec![1_000] } else { vec![10_000, 100_000] }
    }

    /// The largest of them.
    pub fn largest(&self) -> usize {
        self.scaled(100_000, 1_000)
    }

    /// Runs statements that return nothing, each in a transaction of its own. No semicolon may stand inside one.
    pub fn run(&mut self, sql: &str) {
        for statement in sql.split(';') {
            self.client.batch_execute(statement).unwrap_or_else(|error| panic!("{statement}: {error:?}"));
        }
    }

    /// Prepares a statement of this session.
    pub fn prepare(&mut self, sql: &str) -> Statement {
        self.client.prepare(sql).unwrap_or_else(|error| panic!("{sql}: {error:?}"))
    }

    /// Makes a table with the columns that every contender stores and a primary key.
    pub fn create_plain(&mut self, table: &str) {
        self.run(&format!(
            "CREATE TABLE {table} (space text COLLATE \"C\" NOT NULL, id uuid NOT NULL, content text NOT NULL, embedding vector({}),
             cues text[] NOT NULL, context text, occurred_at timestamptz, metadata jsonb NOT NULL, PRIMARY KEY (space, id))",
            DIMENSIONS
        ));
    }

    /// Makes sure that space and table of `n` memories are there and warm; returns the corpus and the space's name.
    pub fn space(&mut self, n: usize) -> (Corpus, String) {
        let corpus = Corpus::new(n);
        let space = format!("bench_{n}");
        if self.loaded.insert(n) {
            eprintln!("loading {n} memories");
            self.create_plain(&format!("plain_{n}"));
            self.run(&format!("SELECT engram_create_space('{space}', dimensions => {DIMENSIONS})"));
            for first in (0..n).step_by(BATCH) {
                let memories: Vec<Memory> = (first..n.min(first + BATCH)).map(|i| corpus.memory(i)).collect();
                self.copy("engram.memory", &space, &memories);
                self.copy(&format!("plain_{n}"), &space, &memories);
            }
            self.run(&format!("VACUUM ANALYZE engram.memory, plain_{n}; CHECKPOINT"));
            self.wait_ready(&space);
        }
        (corpus, space)
    }

    /// The same with an HNSW index on the table.
    pub fn indexed_space(&mut self, n: usize) -> (Corpus, String) {
        let made = self.space(n);
        if self.indexed.insert(n) {
            eprintln!("building the HNSW index of {n} rows");
            self.run(&format!(
                "CREATE INDEX ON plain_{n} USING hnsw (embedding vector_cosine_ops); VACUUM ANALYZE plain_{n}; CHECKPOINT"
            ));
        }
        made
    }

    /// Waits until a space is in shared memory; a recall asks for it.
    pub fn wait_ready(&mut self, space: &str) {
        self.client
            .query("SELECT id FROM engram_recall('anything', space => $1, k => 1)", &[&space])
            .unwrap_or_else(|error| panic!("recall in {space}: {error:?}"));
        wait_ready_space(&mut self.client, space);
    }

    fn vector_type(&mut self) -> Type {
        self.prepare("SELECT $1::vector").params()[0].clone()
    }

    /// Copies memories in binary form into a table that has the common columns.
    pub fn copy(&mut self, table: &str, space: &str, memories: &[Memory]) {
        let vector = self.vector_type();
        let types =
            [Type::TEXT, Type::UUID, Type::TEXT, vector, Type::TEXT_ARRAY, Type::TEXT, Type::TIMESTAMPTZ, Type::JSONB];
        let sink = self
            .client
            .copy_in(&format!("COPY {table} ({COLUMNS}) FROM STDIN BINARY"))
            .unwrap_or_else(|error| panic!("COPY {table}: {error:?}"));
        let mut rows = BinaryCopyInWriter::new(sink, &types);
        let metadata = serde_json::json!({});
        for memory in memories {
            rows.write(&[
                &space,
                &memory.id,
                &memory.content,
                &Vector(&memory.embedding),
                &memory.names,
                &memory.context,
                &time(memory),
                &metadata,
            ])
            .unwrap_or_else(|error| panic!("COPY {table}: {error:?}"));
        }
        rows.finish().unwrap_or_else(|error| panic!("COPY {table}: {error:?}"));
    }
}

/// When a memory happened.
pub fn time(memory: &Memory) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(memory.occurred_at)
}

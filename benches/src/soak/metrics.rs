//! One line of metrics every few seconds.

use super::pool::Pool;
use super::processes::{Role, by_role};
use super::statistics::percentile;
use super::verbs::Verb;
use postgres::Client;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// What a line of metrics says, for the report.
pub struct Sample {
    /// Seconds since the beginning.
    pub at: f64,
    /// Milliseconds: p50, p95, p99 of each verb, and calls per second.
    pub latency: [[f64; 3]; 5],
    pub per_second: [f64; 5],
    pub backlog: usize,
    pub roles: BTreeMap<String, Role>,
    /// Bytes written to the log since the server started.
    pub wal: f64,
    /// Bytes of the log's files.
    pub wal_files: f64,
    pub hot_tier: f64,
    pub tables: BTreeMap<String, f64>,
    pub memories: f64,
    /// Space, state and reason where the health is not `ok`.
    pub unwell: Vec<(String, String)>,
}

/// Takes the next sample; `span` is the time since the last one in seconds.
///
/// # Errors
/// When the server does not answer.
pub fn take(
    client: &mut Client,
    pool: &Pool,
    postmaster: i32,
    at: f64,
    span: f64,
) -> Result<(Sample, Value), postgres::Error> {
    let (mut latency, mut per_second) = ([[0.0; 3]; 5], [0.0; 5]);
    let mut operations = Map::new();
    for verb in Verb::ALL {
        let (mut window, mut waited, done) = {
            let mut tally = pool.tallies[verb as usize].lock().expect("nobody panics with a tally");
            (std::mem::take(&mut tally.window), std::mem::take(&mut tally.waited), tally.done)
        };
        window.sort_unstable();
        waited.sort_unstable();
        let ms = |sorted: &[u32], share| f64::from(percentile(sorted, share)) / 1e3;
        latency[verb as usize] = [0.5, 0.95, 0.99].map(|share| ms(&window, share));
        per_second[verb as usize] = window.len() as f64 / span;
        let [p50, p95, p99] = latency[verb as usize];
        operations.insert(
            verb.name().to_string(),
            json!({ "calls": window.len(), "per_s": per_second[verb as usize], "p50_ms": p50, "p95_ms": p95, "p99_ms": p99,
                    "max_ms": ms(&window, 1.0), "waited_p99_ms": ms(&waited, 0.99), "done": done }),
        );
    }
    let backlog = pool.backlog();
    let roles = by_role(client, postmaster);
    let row = client.query_one(
        "SELECT now()::text, pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8, (SELECT sum(size)::float8 FROM pg_ls_waldir()),
                i.hot_tier_bytes::float8, i.hot_tier_free::float8, i.evictions::float8, pg_database_size(current_database())::float8
         FROM engram.stat_info i",
        &[],
    )?;
    let numbers: Vec<f64> = (1..7).map(|column| row.get::<_, Option<f64>>(column).unwrap_or(0.0)).collect();
    let tables: BTreeMap<String, f64> = client
        .query(
            "SELECT relname::text, pg_total_relation_size(oid)::float8 FROM pg_class
             WHERE relnamespace = 'engram'::regnamespace AND relkind = 'r' AND pg_total_relation_size(oid) > 65536",
            &[],
        )?
        .iter()
        .map(|row| (row.get(0), row.get(1)))
        .collect();
    let mut list = |sql: &str| -> Result<Vec<Value>, postgres::Error> {
        Ok(client.query(sql, &[])?.iter().map(|row| row.get(0)).collect())
    };
    let workers = list("SELECT to_jsonb(w) FROM engram.stat_worker w")?;
    let health = list("SELECT to_jsonb(h) FROM engram.consolidation_health h ORDER BY space")?;
    let tiers = list("SELECT to_jsonb(t) FROM engram.stat_tier t ORDER BY space")?;
    let memories = tiers.iter().filter_map(|tier| tier["memories"].as_f64()).sum();
    let unwell = health
        .iter()
        .filter(|space| space["health"] != "ok")
        .map(|space| (format!("{} {}", text(&space["space"]), text(&space["health"])), text(&space["reason"])))
        .collect();
    let processes: Map<String, Value> = roles
        .iter()
        .map(|(name, role)| {
            let value = json!({ "count": role.count, "own_kb": role.own_kb, "largest_own_kb": role.largest_own_kb,
                                "shared_kb": role.shared_kb, "files": role.files, "most_files": role.most_files });
            (name.clone(), value)
        })
        .collect();
    let line = json!({
        "at": row.get::<_, &str>(0), "elapsed_s": at, "operations": operations, "backlog": backlog, "processes": processes,
        "wal_bytes": numbers[0], "wal_files_bytes": numbers[1], "hot_tier_bytes": numbers[2], "hot_tier_free": numbers[3],
        "evictions": numbers[4], "database_bytes": numbers[5], "tables": tables, "memories": memories, "workers": workers,
        "health": health, "tiers": tiers,
    });
    let sample = Sample {
        at,
        latency,
        per_second,
        backlog,
        roles,
        wal: numbers[0],
        wal_files: numbers[1],
        hot_tier: numbers[2] - numbers[3],
        tables,
        memories,
        unwell,
    };
    Ok((sample, line))
}

/// A JSON string without its quotes.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_string)
}

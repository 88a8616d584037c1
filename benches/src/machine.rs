//! Where the figures come from.

use postgres::Client;
use serde_json::{Value, json};
use std::fs;

/// Processor, cores, memory, versions.
pub fn describe(client: &mut Client) -> Value {
    let mut ask =
        |sql: &str| -> String { client.query_one(sql, &[]).unwrap_or_else(|error| panic!("{sql}: {error:?}")).get(0) };
    json!({
        "processor": first_value("/proc/cpuinfo", "model name"),
        "cores": std::thread::available_parallelism().map_or(0, usize::from),
        "memory": first_value("/proc/meminfo", "MemTotal"),
        "kernel": fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default().trim(),
        "server": ask("SELECT version()"),
        "pgvector": ask("SELECT extversion FROM pg_extension WHERE extname = 'vector'"),
        "engram": ask("SELECT library FROM engram_version()"),
        "finished": ask("SELECT now()::text"),
    })
}

/// What follows the colon in the first line that begins with `name`.
fn first_value(file: &str, name: &str) -> String {
    let text = fs::read_to_string(file).unwrap_or_default();
    text.lines()
        .find(|line| line.starts_with(name))
        .and_then(|line| line.split_once(':'))
        .map_or_else(String::new, |(_, value)| value.trim().to_string())
}

//! What tests of the consolidation worker store, wait for and ask.

use crate::{Options, wait_until};
use postgres::Client;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(60);

/// `backend_type` of the worker.
pub const CONSOLIDATOR: &str = "engram consolidator";

/// Consolidation every second.
pub fn options() -> Options {
    Options::default().with("engram.consolidation = on").with("engram.consolidation_interval = '1s'")
}

/// Stores three memories about one thing, with the same ids and times in whatever cluster.
pub fn tell(client: &mut Client, space: &str, number: usize) {
    let things = ["anchor of iron", "sail of linen", "lamp of brass", "rope of hemp", "mast of pine"];
    let thing = things[number % things.len()];
    for n in 0..3 {
        let id = format!("00000000-0000-7000-8000-{:06}{n:06}", number);
        let content = format!("The {thing} was seen on deck, watch {number}.");
        let sql = "SELECT engram_remember(content => $1, space => $2, id => $3::text::uuid, occurred_at => $4::text::timestamptz)";
        let at = format!("2026-01-{:02} {:02}:00:00+00", number % 27 + 1, n * 7);
        client
            .query_one(sql, &[&content, &space, &id, &at])
            .unwrap_or_else(|error| panic!("{content} in {space}: {error:?}"));
    }
}

/// A number of engram.stat_consolidation.
pub fn count(client: &mut Client, what: &str, space: &str) -> i64 {
    let sql = format!("SELECT {what} FROM engram.stat_consolidation WHERE space = $1");
    client.query_opt(&sql, &[&space]).expect("engram.stat_consolidation is readable").map_or(0, |row| row.get(0))
}

/// Waits until a space was consolidated so many times.
pub fn wait_runs(client: &mut Client, space: &str, runs: i64) {
    wait_until(&format!("{space} was consolidated {runs} times"), PATIENCE, || {
        count(client, "runs - failures", space) >= runs
    });
}

/// What the view says of a space: health, reason and remedy.
pub fn health(client: &mut Client, space: &str) -> (String, String, Option<String>) {
    let sql = "SELECT health, reason, remedy FROM engram.consolidation_health WHERE space = $1";
    let row = client.query_one(sql, &[&space]).expect("engram.consolidation_health is readable");
    (row.get(0), row.get(1), row.get(2))
}

/// Waits until the health of a space is ok.
pub fn wait_healthy(client: &mut Client, space: &str) {
    wait_until(&format!("{space} is healthy"), PATIENCE, || health(client, space).0 == "ok");
}

/// Whether something waits to be consolidated.
pub fn has_news(client: &mut Client, space: &str) -> bool {
    let sql = "SELECT freshness_seconds > 0 FROM engram.consolidation_health WHERE space = $1";
    client.query_one(sql, &[&space]).expect("engram.consolidation_health is readable").get(0)
}

/// Waits until everything in a space is consolidated.
pub fn wait_current(client: &mut Client, space: &str) {
    wait_until(&format!("nothing is new in {space}"), PATIENCE, || !has_news(client, space));
}

/// Beliefs that hold in a space.
pub fn beliefs(client: &mut Client, space: &str) -> i64 {
    let sql = "SELECT count(*) FROM engram.memory WHERE kind = 'belief' AND suppressed_at IS NULL AND space = $1";
    client.query_one(sql, &[&space]).unwrap().get(0)
}

/// Has a space consolidated, and waits for what comes of it.
pub fn run_now(client: &mut Client, space: &str) -> String {
    client.query_one("SELECT engram_worker_run_now(space => $1, wait => true)", &[&space]).unwrap().get(0)
}

/// Signature of the last run of a space.
pub fn signature(client: &mut Client, space: &str) -> Vec<u8> {
    let sql = "SELECT signature FROM engram.consolidation_run WHERE space = $1 AND state = 'completed' ORDER BY run DESC LIMIT 1";
    client.query_one(sql, &[&space]).unwrap().get(0)
}

//! What a page to look at shows, from the views that the caller may read. A superuser reads all of them; for others the memory says
//! which.

use crate::pg::spi::{self, Arg, Row};
use engram_report::figures::{
    About, Belief, Consolidation, Day, Histogram, Operation, Report, Server, Setting, Space, Worker,
};

/// Which database, for whom, and what everybody may know of the server.
pub fn about(space: Option<&str>) -> About {
    let mut about = About::default();
    spi::select(include_str!("../../sql/query/report_about.sql"), &[], |r| {
        let standby = r.bool(11).unwrap_or(false).then(|| (r.float8(12).unwrap_or(0.0), number(r, 13)));
        about = About {
            database: text(r, 1),
            space: space.map(str::to_owned),
            role: text(r, 2),
            made_at: text(r, 3),
            version: text(r, 5),
            catalog_version: text(r, 6),
            server_version: text(r, 4),
            preloaded: r.bool(7).unwrap_or(false),
            standby,
            hot_tier: r.int8(8).map(|all| (all.unsigned_abs(), number(r, 9))),
            evictions: number(r, 10),
        };
    });
    about
}

/// Spaces, those with most memories first, and how many there are.
pub fn spaces(only: Option<&str>, most: i64) -> (Vec<Space>, u64) {
    let (mut spaces, mut all) = (Vec::new(), 0);
    let args = [Arg::text_or_null(only), Arg::Int8(most)];
    spi::select(include_str!("../../sql/query/report_spaces.sql"), &args, |r| {
        all = number(r, 9);
        spaces.push(Space {
            name: text(r, 1),
            state: r.text(2).map(str::to_owned),
            hot: number(r, 3),
            warm: number(r, 4),
            cold: number(r, 5),
            edges: number(r, 6),
            cues: number(r, 7),
            bytes: number(r, 8),
        });
    });
    (spaces, all)
}

/// How consolidation fares.
pub fn consolidation(only: Option<&str>) -> Vec<Consolidation> {
    let mut rows = Vec::new();
    spi::select(include_str!("../../sql/query/report_health.sql"), &[Arg::text_or_null(only)], |r| {
        rows.push(Consolidation {
            space: text(r, 1),
            health: text(r, 2),
            reason: text(r, 3),
            remedy: r.text(4).map(str::to_owned),
            age: r.float8(5),
            waiting: r.float8(6).unwrap_or(0.0),
            novelty: r.float8(7),
            paused: r.bool(8).unwrap_or(false),
        });
    });
    rows
}

/// Contents of spaces that the caller may read: memories by day, the best founded beliefs and what became of all of them.
pub fn contents(report: &mut Report, readable: &[String], most_beliefs: i64) {
    spi::select(include_str!("../../sql/query/report_days.sql"), &[Arg::TextArray(readable)], |r| {
        report.days.push(Day { date: text(r, 1), stored: number(r, 2) });
    });
    let mut beliefs = Vec::new();
    let args = [Arg::TextArray(readable), Arg::Int8(most_beliefs)];
    spi::select(include_str!("../../sql/query/report_beliefs.sql"), &args, |r| {
        report.beliefs_in_all = number(r, 7);
        beliefs.push(Belief {
            space: text(r, 1),
            content: text(r, 2),
            label: r.text(3).map(str::to_owned),
            confidence: r.float8(4).unwrap_or(0.0),
            citations: number(r, 5),
            period: r.float8(6),
        });
    });
    report.beliefs = Some(beliefs);
    spi::select(include_str!("../../sql/query/report_events.sql"), &[Arg::TextArray(readable)], |r| {
        report.events.push((text(r, 1), number(r, 2)));
    });
}

pub fn workers() -> Vec<Worker> {
    let mut workers = Vec::new();
    spi::select(include_str!("../../sql/query/report_workers.sql"), &[], |r| {
        workers.push(Worker {
            worker: text(r, 1),
            database: r.text(2).map(str::to_owned),
            state: text(r, 3),
            up: r.float8(4),
            last_run: r.float8(5),
            runs: number(r, 6),
            failures: number(r, 7),
            last_error: r.text(8).map(str::to_owned),
        });
    });
    workers
}

pub fn settings() -> Vec<Setting> {
    let mut settings = Vec::new();
    spi::select(include_str!("../../sql/query/report_settings.sql"), &[], |r| {
        settings.push(Setting { name: text(r, 1), value: text(r, 2), default: text(r, 3), source: text(r, 4) });
    });
    settings
}

/// Figures of the whole server. Only monitors may read these views.
pub fn server() -> Server {
    let mut server = Server::default();
    spi::select(include_str!("../../sql/query/report_server.sql"), &[], |r| {
        server = Server {
            counted_since: text(r, 1),
            counting: r.bool(2).unwrap_or(false),
            answered: number(r, 3),
            empty: number(r, 4),
            confidence: histogram(r, 5),
            hits: number(r, 9),
            misses: number(r, 10),
            lock_waits: number(r, 11),
            uses: (number(r, 12), number(r, 13), r.float8(14).unwrap_or(0.0)),
            ..Server::default()
        };
    });
    spi::select(include_str!("../../sql/query/report_operations.sql"), &[], |r| {
        let operation =
            Operation { name: text(r, 1), failures: number(r, 2), rows: number(r, 3), duration: histogram(r, 4) };
        server.operations.push(operation);
    });
    spi::select(include_str!("../../sql/query/report_counts.sql"), &[], |r| {
        let counted = (text(r, 2), number(r, 3));
        match r.text(1) {
            Some("origin") => server.origins.push(counted),
            Some("move") => server.moves.push(counted),
            _ => server.errors.push(counted),
        }
    });
    server
}

/// Bounds, buckets, count and sum, from a column on.
fn histogram(r: &Row<'_>, at: usize) -> Histogram {
    let cumulative = r.int8_array(at + 1).unwrap_or_default();
    Histogram {
        bounds: r.float8_array(at).unwrap_or_default(),
        cumulative: cumulative.into_iter().map(i64::unsigned_abs).collect(),
        count: number(r, at + 2),
        sum: r.float8(at + 3).unwrap_or(0.0),
    }
}

fn text(r: &Row<'_>, column: usize) -> String {
    r.text(column).unwrap_or_default().to_owned()
}

fn number(r: &Row<'_>, column: usize) -> u64 {
    r.int8(column).unwrap_or(0).max(0).unsigned_abs()
}

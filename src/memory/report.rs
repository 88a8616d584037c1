//! One page about everything that the caller may see. Members of pg_monitor get figures of the server and of all spaces; contents are
//! of spaces that the caller may read.

use super::health::graph_health;
use crate::error::Error;
use crate::pg::{self, role};
use crate::store::{access, report};
use engram_report::Report;
use engram_report::figures::{Graph, GraphRow};

/// Spaces that the page lists.
const SPACES: i64 = 50;

/// Beliefs that it shows.
const BELIEFS: i64 = 20;

/// Spaces whose graph is looked at: each takes a survey of the region and some spreads.
const GRAPHS: usize = 4;

/// The page about one space, or about all.
pub fn page(space: Option<&str>) -> Result<String, Error> {
    if let Some(space) = space.filter(|name| !access::may_see(name)) {
        return Err(Error::unknown_space(space));
    }
    let user = pg::current_user();
    let (spaces, spaces_in_all) = report::spaces(space, SPACES);
    let readable = readable(&spaces);
    let mut report = Report {
        about: report::about(space),
        server: role::has_rights_of(user, "pg_monitor").then(report::server),
        spaces,
        spaces_in_all,
        consolidation: report::consolidation(space),
        workers: report::workers(),
        settings: report::settings(),
        ..Report::default()
    };
    pg::check_for_interrupts();
    if !readable.is_empty() {
        report::contents(&mut report, &readable, BELIEFS);
    }
    // Of others a survey would load all into this session.
    let ready = |state: &Option<String>| matches!(state.as_deref(), Some("ready" | "following"));
    let loaded = |name: &&String| report.spaces.iter().any(|s| s.name == **name && s.memories() > 0 && ready(&s.state));
    report.graphs = graphs(readable.iter().filter(loaded).take(GRAPHS))?;
    Ok(engram_report::page(&report))
}

/// Those whose contents the caller may read. A role without the rights of a reader has no right to the tables either, whatever a space
/// says.
fn readable(spaces: &[engram_report::figures::Space]) -> Vec<String> {
    if !role::has_rights_of(pg::current_user(), "engram_reader") {
        return Vec::new();
    }
    spaces.iter().filter(|s| access::readable(&s.name).is_some()).map(|s| s.name.clone()).collect()
}

fn graphs<'a>(spaces: impl Iterator<Item = &'a String>) -> Result<Vec<Graph>, Error> {
    let mut graphs = Vec::new();
    for space in spaces {
        pg::check_for_interrupts();
        let rows = graph_health(space)?
            .into_iter()
            .map(|r| GraphRow { metric: r.metric, value: r.value, assessment: r.assessment })
            .collect();
        graphs.push(Graph { space: space.clone(), rows });
    }
    Ok(graphs)
}

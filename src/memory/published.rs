//! What consolidation has published: beliefs of the latest version or of a former one, and the events that led to them.
//!
//! A reader takes what the latest run has committed and waits for none. Where nothing was ever published, what a run would publish now is
//! computed and thrown away.

use super::{consolidate, space_or_setting};
use crate::error::Error;
use crate::store::ledger::{self, Events, Published, Version};
use crate::store::{self, fault};
use pgrx::Uuid;
use pgrx::notice;

/// Which version is asked for.
pub enum Which<'a> {
    Latest,
    /// The one that was the latest at a time, in microseconds since the Unix epoch.
    AsOf(i64),
    /// As a row of an answer names it.
    Named(&'a str),
}

/// Beliefs, with the version that has them.
pub struct Beliefs {
    pub version: Option<Version>,
    pub beliefs: Vec<Published>,
    /// They were computed for this call.
    pub on_demand: bool,
}

/// The beliefs of a space that the caller may see.
pub fn beliefs(space: Option<&str>, which: &Which<'_>) -> Result<Beliefs, Error> {
    let space = space_or_setting(space);
    store::space::for_reading(&space)?;
    let latest = ledger::latest(&space);
    let former = match which {
        Which::Latest => None,
        Which::AsOf(at) => match ledger::version_at(&space, *at) {
            // A version that came of a deleted memory belongs to the run before.
            Some(version) => latest.map(|(now, _)| now).filter(|now| now.run == version.run).or(Some(version)),
            // The runs of before the first version that is kept may be gone with it.
            None if latest.as_ref().is_some_and(|(_, kept_from)| *kept_from > 1) => return Err(gone(&space, None)),
            None => {
                notice!("nothing was published in space \"{space}\" by then");
                return Ok(Beliefs { version: None, beliefs: Vec::new(), on_demand: false });
            }
        },
        // The version of what was never published.
        Which::Named("0") if latest.is_none() => None,
        Which::Named(name) => Some(named(&space, name)?),
    };
    let latest_version = latest.map(|(version, _)| version);
    let (version, beliefs) = match former.or(latest_version) {
        None => {
            let beliefs = consolidate::preview(&space)?;
            return Ok(Beliefs { version: None, beliefs, on_demand: true });
        }
        Some(version) if Some(version) == latest_version => (version, ledger::current(&space)),
        Some(version) if latest.is_some_and(|(_, kept_from)| version.number < kept_from) => {
            return Err(gone(&space, Some(version.number)));
        }
        Some(version) => (version, ledger::of_version(&space, version.number)),
    };
    Ok(Beliefs { version: Some(version), beliefs, on_demand: false })
}

/// What tells one version of the beliefs of a space from another; `0` while nothing is published.
pub fn version(space: Option<&str>) -> Result<String, Error> {
    let space = space_or_setting(space);
    store::space::for_reading(&space)?;
    Ok(ledger::latest(&space).map_or_else(|| "0".to_owned(), |(latest, _)| latest.tag()))
}

/// The events of a space that the caller may see, as lines of JSON.
pub fn events(
    space: Option<&str>,
    since: Option<i64>,
    after: Option<Uuid>,
    most: Option<i64>,
) -> Result<Events, Error> {
    if let Some(most) = most.filter(|most| *most < 0) {
        return Err(fault::invalid(
            format!("max_events must not be negative, not {most}"),
            "Leave it out for no limit.",
        ));
    }
    let space = space_or_setting(space);
    store::space::for_reading(&space)?;
    Ok(ledger::events(&space, since, after, most))
}

/// The version that `name` names: a number, or a tag as rows have it.
fn named(space: &str, name: &str) -> Result<Version, Error> {
    let (number, is_tag) = name.split_once('-').map_or((name, false), |(number, _)| (number, true));
    let number = number.parse().ok().filter(|n| *n > 0).ok_or_else(|| {
        fault::invalid(
            format!("version \"{name}\" is not one of beliefs"),
            "Give a version as engram_beliefs_version returns it, or its number.",
        )
    })?;
    ledger::version_named(space, number)
        .filter(|version| !is_tag || version.tag() == name)
        .ok_or_else(|| gone(space, Some(number)))
}

fn gone(space: &str, number: Option<i64>) -> Error {
    let which = number.map_or_else(|| "of that time".to_owned(), |number| number.to_string());
    Error::not_in_prerequisite_state(format!("version {which} of the beliefs of space \"{space}\" is not kept"))
        .with_hint("Former versions are kept for engram.consolidation_run_retention.")
}

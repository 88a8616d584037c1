//! Consolidation: what episodes say together becomes beliefs, which are memories of their own.
//!
//! A run takes in the episodes of a space with the rights of its owner ([`read`], [`cache`]), clusters them and makes of the clusters what is
//! to be believed ([`plan`]), compares that with the beliefs that there are ([`difference`]), writes only what differs, and publishes it, all
//! in one transaction ([`apply`]). Who runs it makes no difference: rows and settings decide, to the last bit. Two runs of one
//! space exclude each other; readers and writers wait for none.

mod apply;
mod cache;
mod difference;
mod plan;
mod preview;
mod read;
mod rules;

pub use difference::Action;
pub use preview::preview;

use super::{now, space_or_setting};
use crate::crash::{self, Point};
use crate::error::{Error, Kind};
use crate::guc;
use crate::pg::{self, role, snapshot::Pinned};
use crate::store::consolidation::{self as store, Finished, Id};
use crate::store::{self as tables, access, audit, fault, schedule};
use apply::{Run, Written};
use cache::Taken;
use difference::Difference;
use pgrx::pg_sys::Oid;
use plan::{Past, Plan};
use rules::Rules;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;
use xxhash_rust::xxh3::Xxh3;

/// How often a run begins anew because what it had read was deleted meanwhile.
const MOST_TRIES: usize = 5;

/// Who asks for a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    Function,
    /// A worker, which keeps what it has read for its next run.
    Worker,
}

impl Cause {
    fn name(self) -> &'static str {
        match self {
            Cause::Function => "function",
            Cause::Worker => "worker",
        }
    }
}

/// What a run has done.
pub struct Outcome {
    pub episodes: usize,
    pub beliefs: usize,
    pub actions: Vec<Action>,
}

/// `engram_consolidate`: a run now, or its plan. Tells of what the caller may see.
pub fn consolidate(space: Option<&str>, dry_run: Option<bool>) -> Result<Vec<Action>, Error> {
    let dry_run = dry_run.ok_or_else(|| fault::null("dry_run"))?;
    let space = space_or_setting(space);
    administered(&space)?;
    let actions = if dry_run {
        planned(&space)?
    } else {
        if pg::in_recovery() {
            return Err(Error::not_supported("beliefs cannot be formed on a standby")
                .with_hint("Run it on the primary, or look at its plan with dry_run => true."));
        }
        match run(&space, Cause::Function)? {
            Some(outcome) => outcome.actions,
            None => return Err(busy(&space)),
        }
    };
    Ok(visible(&space, actions))
}

/// What a run would do now. Writes nothing.
pub fn planned(space: &str) -> Result<Vec<Action>, Error> {
    let (facts, owner) = of_owner(space)?;
    pg::as_role(owner, || {
        let rules = Rules::of(&facts.settings);
        let mut gathered = gather(space, &facts, &rules, false);
        let plan = think(space, &mut gathered, &rules);
        Ok(difference::difference(&plan, &gathered.past, rules.resolve).actions)
    })
}

/// Consolidates a space in the transaction of the caller, with the rights of the owner of the space; none when somebody else does.
pub fn run(space: &str, cause: Cause) -> Result<Option<Outcome>, Error> {
    let (facts, owner) = of_owner(space)?;
    if !store::lock(space) {
        return Ok(None);
    }
    let sight = schedule::sight();
    let outcome = pg::as_role(owner, || audit::quietly(|| run_as_owner(space, &facts, cause)))?;
    schedule::saw(space, sight.as_deref());
    Ok(Some(outcome))
}

fn run_as_owner(space: &str, facts: &store::Space, cause: Cause) -> Result<Outcome, Error> {
    let (begun, started_at) = (Instant::now(), pg::clock_micros());
    let rules = Rules::of(&facts.settings);
    let run = *tables::memory::new_id().as_bytes();
    let tables = Run {
        space,
        id: run,
        encoder: facts.encoder.as_deref(),
        resolve: rules.resolve,
        started_at,
        cause: cause.name(),
    };
    for _ in 0..MOST_TRIES {
        let mut gathered = gather(space, facts, &rules, cause == Cause::Worker);
        crash::at(Point::consolidate_read);
        let plan = think(space, &mut gathered, &rules);
        crash::at(Point::consolidate_clustered);
        let Gathered { taken, past } = gathered;
        let difference = difference::difference(&plan, &past, rules.resolve);
        let Some(written) = tables.write(&plan, &past, &difference)? else { continue };
        let (version, former_hash) = store::version(space);
        let version = tables.publish(&plan, &written, version, now()).map_or((version, false), |v| (v, true));
        let hash = input_hash(facts, &rules, &taken, &past);
        let news = taken.differ.is_none_or(|n| n > 0) && former_hash.as_deref() != Some(&hash[..]);
        let (version, published) = version;
        let counts = counts(&taken, &difference, &written);
        let episodes = taken.episodes.len();
        store::finish(
            space,
            &Finished {
                run,
                finished_at: pg::clock_micros(),
                input_hash: &hash,
                signature: &plan.signature,
                episodes: whole(episodes),
                beliefs: whole(plan.made.len()),
                duration: begun.elapsed().as_secs_f64() * 1e3,
                novelty: plan.novelty,
                version: published.then_some(version),
                counts: &counts,
            },
        );
        const STAGNANT: f32 = 0.01;
        store::done(space, version, run, now(), news.then_some(plan.novelty < STAGNANT));
        crash::at(Point::consolidate_published);
        let actions = apply::told(difference.actions, &written);
        let outcome = Outcome { episodes, beliefs: plan.made.len(), actions };
        if cause == Cause::Worker {
            cache::keep(taken);
        }
        return Ok(outcome);
    }
    Err(Error::not_in_prerequisite_state(format!("memories of space \"{space}\" are being deleted"))
        .with_hint("Consolidate the space when that is done."))
}

/// What a run goes by, as of one moment.
struct Gathered {
    taken: Taken,
    past: Past,
}

fn gather(space: &str, facts: &store::Space, rules: &Rules, keeps: bool) -> Gathered {
    let snapshot = Pinned::latest_if_possible();
    let taken = cache::take(space, facts, rules, snapshot.xmin(), keeps);
    let mut past = Past { former: store::beliefs(space), citations: Default::default(), marks: store::marks(space) };
    store::citations(space, |belief, cited| past.citations.entry(belief).or_default().push(cited));
    Gathered { taken, past }
}

fn think(space: &str, gathered: &mut Gathered, rules: &Rules) -> Plan {
    let episodes = &mut gathered.taken.episodes;
    let mut told = pg::clock_micros();
    let many = episodes.len();
    let clusters = plan::cluster(episodes, rules, guc::consolidation_threads(), || {
        progress(&mut told, || format!("comparing {many} episodes of space \"{space}\""));
    });
    plan::plan(space, episodes, &clusters, rules, &gathered.past)
}

/// Hash of the rows and settings that a run goes by.
fn input_hash(facts: &store::Space, rules: &Rules, taken: &Taken, past: &Past) -> [u8; 16] {
    let mut hash = Xxh3::new();
    hash.update(&taken.episodes.digest().to_be_bytes());
    for size in [taken.episodes.len(), rules.linkage.min_size, rules.linkage.max_size, usize::from(rules.resolve)] {
        hash.update(&(size as u64).to_be_bytes());
    }
    hash.update(&rules.linkage.threshold.to_bits().to_be_bytes());
    hash.update(&facts.dimensions.unwrap_or(0).to_be_bytes());
    for text in [facts.encoder.as_deref().unwrap_or_default(), &facts.language] {
        hash.update(&(text.len() as u64).to_be_bytes());
        hash.update(text.as_bytes());
    }
    for (memory, by) in &past.marks {
        hash.update(memory);
        hash.update(by);
    }
    hash.digest128().to_be_bytes()
}

/// What a run did, in numbers.
fn counts(taken: &Taken, difference: &Difference<'_>, written: &Written) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for action in difference.actions.iter().filter(|a| !written.left_out(&a.belief)) {
        *counts.entry(action.action).or_default() += 1;
    }
    let others = [
        ("classes", taken.episodes.classes.len()),
        ("written", written.memories),
        ("edited", written.edited),
        ("refused", written.refused.len()),
        ("passed", written.passed.len()),
        ("resolved", written.resolved),
    ];
    counts.extend(others.into_iter().filter(|(_, n)| *n > 0));
    json!(counts).to_string()
}

/// What of a space decides about consolidation, and its owner, with whose rights it is done.
fn of_owner(space: &str) -> Result<(store::Space, Oid), Error> {
    let facts = store::space(space).ok_or_else(|| Error::unknown_space(space))?;
    let owner = role::named(&facts.owner).ok_or_else(|| {
        Error::not_in_prerequisite_state(format!(
            "role \"{}\", which owns space \"{space}\", does not exist",
            facts.owner
        ))
        .with_hint("Give the space another owner with engram_configure_space.")
    })?;
    Ok((facts, owner))
}

/// The caller may consolidate the space.
pub fn administered(name: &str) -> Result<(), Error> {
    let space = access::find(name).filter(|s| s.may_read() || s.admin).ok_or_else(|| Error::unknown_space(name))?;
    if space.owner || space.admin { Ok(()) } else { Err(fault::space_denied(name)) }
}

/// Somebody consolidates the space.
pub fn busy(space: &str) -> Error {
    Error::new(Kind::LockNotAvailable, format!("space \"{space}\" is being consolidated"))
        .with_hint("Wait for the end of that run; pg_locks says who holds it.")
}

/// Those of the actions about memories that the caller may see, every one of them.
fn visible(space: &str, actions: Vec<Action>) -> Vec<Action> {
    fn of(a: &Action) -> &[Id] {
        if a.citations.is_empty() { std::slice::from_ref(&a.belief) } else { &a.citations }
    }
    let ids: BTreeSet<Id> = actions.iter().flat_map(of).copied().collect();
    let ids: Vec<Id> = ids.into_iter().collect();
    let seen: BTreeSet<Id> = ids.chunks(1000).flat_map(|ids| store::visible(space, ids)).collect();
    actions.into_iter().filter(|a| of(a).iter().all(|id| seen.contains(id))).collect()
}

fn whole(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// Tells the client every few seconds how far a call is.
fn progress(told: &mut i64, what: impl FnOnce() -> String) {
    const BETWEEN_NOTICES: i64 = 5_000_000;
    let now = pg::clock_micros();
    if now - *told >= BETWEEN_NOTICES {
        *told = now;
        pgrx::notice!("{}", what());
    }
}

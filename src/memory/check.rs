//! Every invariant between tables and shared memory, as amcheck does it for indexes.

use super::recall::with_space;
use crate::hot::{self, settle};
use crate::memory::load;
use crate::pg;
use crate::pg::snapshot::Pinned;
use crate::pg::spi;
use crate::store::{access, belief, cold};
use engram_engine::spread::AssociationKind;
use pgrx::Uuid;
use std::collections::{BTreeMap, BTreeSet};

/// One violation.
pub struct Violation {
    pub space: Option<String>,
    /// `trigger`, `structure`, `missing`, `surplus`, `stale`, `edge`, `frequency`, `cold` or `dangling`.
    pub kind: &'static str,
    pub object: String,
    pub detail: String,
}

/// Names of the spaces of this database that the current user may see.
pub fn spaces() -> Vec<String> {
    let mut all = Vec::new();
    pg::as_owner(|| {
        spi::scan(include_str!("../../sql/query/space_names.sql"), &[], 1000, |row| {
            all.extend(row.text(1).map(str::to_owned));
        });
    });
    all.retain(|name| access::may_see(name));
    all
}

/// Checks the triggers and every space the caller may see.
pub fn check() -> Vec<Violation> {
    let mut bad = Vec::new();
    pg::as_owner(|| {
        spi::select(include_str!("../../sql/query/check_triggers.sql"), &[], |row| {
            bad.push(Violation {
                space: None,
                kind: "trigger",
                object: row.text(1).unwrap_or_default().to_owned(),
                detail: row.text(2).unwrap_or_default().to_owned(),
            });
        });
    });
    let spaces = spaces();
    dangling(&spaces, &mut bad);
    for space in &spaces {
        pg::check_for_interrupts();
        check_space(space, &mut bad);
    }
    bad
}

/// Rows of the spaces that name a memory which is not there: foreign keys do not look at what a restore loads.
fn dangling(spaces: &[String], bad: &mut Vec<Violation>) {
    let mut look = |sql| {
        spi::scan(sql, &[], 1000, |row| {
            let space = row.text(2).filter(|space| spaces.iter().any(|s| s == space)).map(str::to_owned);
            if space.is_some() {
                bad.push(Violation {
                    space,
                    kind: "dangling",
                    object: row.text(3).unwrap_or_default().to_owned(),
                    detail: format!("a row of engram.{} names what does not exist", row.text(1).unwrap_or_default()),
                });
            }
        });
    };
    pg::as_owner(|| {
        look(include_str!("../../sql/query/check_dangling.sql"));
        if belief::is_possible() {
            look(include_str!("../../sql/query/check_dangling_belief.sql"));
        }
    });
}

fn check_space(space: &str, bad: &mut Vec<Violation>) {
    let mut report = |kind, object: String, detail: String| {
        bad.push(Violation { space: Some(space.to_owned()), kind, object, detail });
    };
    if let Some((hot, place)) = hot::find(space) {
        settle::run(&hot, place);
        for detail in hot.read(place, |s| s.violations()).unwrap_or_default() {
            report("structure", "hot tier".to_owned(), detail);
        }
    }
    if cold::is_possible() {
        cold::violations(space, |id, detail| report("cold", name(&id), detail.to_owned()));
    }
    let snapshot = Pinned::active();
    let seen = with_space(space, &snapshot, |reader| {
        Ok((reader.everything()?, reader.every_edge(), reader.space().outside_terms()))
    });
    let Ok((memories, edges, frequencies)) = seen else {
        report("structure", "hot tier".to_owned(), "the space could not be read".to_owned());
        return;
    };
    let mut have: BTreeMap<[u8; 16], _> = BTreeMap::new();
    for m in memories {
        if let Some(twice) = have.insert(m.id, m) {
            report("surplus", name(&twice.id), "two versions are visible at once".to_owned());
        }
    }
    // Terms of what is outside, by the rows.
    let mut outside: BTreeMap<u64, u32> = BTreeMap::new();
    let listed: BTreeSet<[u8; 16]> = have.values().filter(|m| m.listed).map(|m| m.id).collect();
    load::each_record(space, |record| {
        if listed.contains(&record.id) {
            record.terms.iter().for_each(|(term, _)| *outside.entry(*term).or_default() += 1);
        }
        match have.remove(&record.id) {
            None => {
                report("missing", name(&record.id), "the table has a row that the hot tier does not know".to_owned())
            }
            Some(m) if m.changed != record.changed => {
                report(
                    "stale",
                    name(&record.id),
                    format!("version {} where the table has {}", m.changed, record.changed),
                );
            }
            Some(m)
                if m.length != record.length || m.n_cues as usize != record.cues.len() || m.digest != record.digest =>
            {
                report("stale", name(&record.id), "the text was analysed differently".to_owned());
            }
            Some(_) => {}
        }
    });
    // Who counts may have changed in between: a transaction that has not settled, a worker that moves memories.
    if let Some(found) = frequencies
        && found != outside.into_iter().collect::<Vec<_>>()
        && hot::find(space).and_then(|(hot, place)| hot.read(place, |s| s.outside_terms())) == Some(Some(found))
        && hot::find(space).is_some_and(|(hot, place)| hot.read(place, |s| s.n_unsettled()) == Some(0))
    {
        report(
            "frequency",
            "hot tier".to_owned(),
            "words of memories outside are counted otherwise than in their rows".to_owned(),
        );
    }
    for id in have.keys() {
        report("surplus", name(id), "the hot tier knows a memory that the table does not have".to_owned());
    }
    let mut have: BTreeSet<_> = edges.into_iter().collect();
    let mut missing = Vec::new();
    load::each_association(space, |a| {
        if !have.remove(&(a.source, a.target, a.kind)) {
            missing.push((a.source, a.target, a.kind));
        }
    });
    let wrong = have.into_iter().map(|e| (e, "surplus")).chain(missing.into_iter().map(|e| (e, "missing")));
    for ((source, target, kind), what) in wrong {
        let kind = AssociationKind::from_code(kind).map_or("unsupported", AssociationKind::name);
        report("edge", format!("{} -> {}", name(&source), name(&target)), format!("{what} {kind} association"));
    }
}

fn name(id: &[u8; 16]) -> String {
    Uuid::from_bytes(*id).to_string()
}

/// Whether our triggers fire always; a restore with `--disable-triggers` leaves them at less.
pub fn triggers_are_sound() -> bool {
    pg::as_owner(|| spi::select(include_str!("../../sql/query/check_triggers.sql"), &[], |_| {})) == 0
}

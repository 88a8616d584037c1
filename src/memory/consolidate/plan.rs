//! From episodes and former beliefs to what is to be believed now. Nothing here reads or writes a table.

use super::read::{Class, Episodes};
use super::rules::Rules;
use crate::hot::record;
use crate::pg;
use crate::store::consolidation::{Cited, Former, Id};
use engram_engine::confidence;
use engram_engine::consolidation::contradiction::Separated;
use engram_engine::consolidation::identity::{Identities, Retired};
use engram_engine::consolidation::linkage::{Cluster, Stopped};
use engram_engine::consolidation::{self as engine, Belief, Contradiction, Event, How};
use engram_engine::text::{Analyzer, Language};
use engram_region::kernel::Kernel;
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};

/// Cues that a belief takes from its members, at most.
const MOST_CUES: usize = 16;

/// A belief of this run.
pub struct Made {
    pub class: Option<String>,
    pub belief: Belief,
    pub how: How,
    /// That more than half of the members have.
    pub cues: Vec<String>,
}

/// What a belief is beside itself.
type About = (Option<String>, How, Vec<String>);

impl Made {
    fn apart(self) -> (Belief, About) {
        (self.belief, (self.class, self.how, self.cues))
    }

    fn joined((belief, (class, how, cues)): (Belief, About)) -> Made {
        Made { class, belief, how, cues }
    }
}

/// What a run comes to.
#[derive(Default)]
pub struct Plan {
    /// In ascending order of id.
    pub made: Vec<Made>,
    /// Former beliefs that are none of these, ascending.
    pub retired: Vec<(Id, Retired)>,
    pub events: Vec<Event>,
    pub contradictions: Vec<Contradiction>,
    pub signature: [u8; 16],
    pub novelty: f32,
}

/// What is known of the past.
pub struct Past {
    pub former: Vec<Former>,
    /// By belief, in ascending order of evidence.
    pub citations: FxHashMap<Id, Vec<Cited>>,
    pub marks: Vec<(Id, Id)>,
}

impl Past {
    /// Beliefs that somebody has put away, by suppressing or replacing them: they keep their evidence, so that it makes no other belief,
    /// and are as if they were not there otherwise.
    pub fn hidden(&self) -> BTreeSet<Id> {
        let away = |f: &&Former| !f.retired && (f.memory.suppressed || f.memory.superseded_by.is_some());
        self.former.iter().filter(away).map(|f| f.id).collect()
    }

    fn of(&self, class: Option<&str>) -> Vec<engine::Former> {
        let own = self.former.iter().filter(|f| f.memory.class.as_deref() == class);
        own.map(|f| {
            let cited = self.citations.get(&f.id).map_or(&[][..], Vec::as_slice);
            engine::Former {
                id: f.id,
                retired: f.retired,
                evidence: cited.iter().filter(|c| c.supports).map(|c| (c.evidence, c.weight)).collect(),
                confidence: confidence::mean(f.evidence.0, f.evidence.1),
                contradicts: f.contradicts.clone(),
            }
        })
        .collect()
    }
}

/// The clusters of each class, in the order of the classes. On threads of its own; a cancel ends it soon.
pub fn cluster(episodes: &mut Episodes, rules: &Rules, threads: usize, waits: impl FnMut()) -> Vec<Vec<Cluster>> {
    let classes: Vec<&mut Class> = episodes.classes.values_mut().collect();
    let kernel = Kernel::best();
    let found = pg::threads::apart(
        move |cancel| {
            let run = |class: &mut Class| Ok(class.linkage.run(&rules.linkage, &kernel, threads, cancel)?.to_vec());
            classes.into_iter().map(run).collect::<Result<Vec<_>, Stopped>>()
        },
        waits,
    );
    // It only ends early when it is told to, and then the cancel has been raised.
    found.unwrap_or_default()
}

/// What is to be believed now, by the clusters of each class.
pub fn plan(space: &str, episodes: &Episodes, clusters: &[Vec<Cluster>], rules: &Rules, past: &Past) -> Plan {
    let mut plan = Plan::default();
    let hidden = past.hidden();
    let mut of_past: BTreeMap<Option<&str>, Vec<engine::Former>> =
        past.former.iter().map(|f| (f.memory.class.as_deref(), Vec::new())).collect();
    of_past.iter_mut().for_each(|(class, former)| *former = past.of(*class));
    let Episodes { classes, language, .. } = episodes;
    for ((class, held), clusters) in classes.iter().zip(clusters) {
        let former = of_past.remove(&class.as_deref()).unwrap_or_default();
        let known = Known { former: &former, marks: &past.marks, hidden: &hidden };
        of_class((space, class.as_deref()), (held, clusters), *language, rules, &known, &mut plan);
    }
    // Classes of which no episode is left.
    for (class, former) in of_past {
        let identities = engine::identify(space, class, &[], &former);
        note(&former, &[], &identities, &hidden, &mut plan);
    }
    plan.made.sort_unstable_by_key(|m| m.belief.id);
    plan.retired.sort_unstable_by_key(|r| r.0);
    plan.events.sort_by_key(|e| e.belief);
    plan.novelty = engine::novelty(&plan.events);
    let (beliefs, about): (Vec<Belief>, Vec<_>) = plan.made.into_iter().map(Made::apart).unzip();
    plan.signature = engine::signature(&beliefs);
    plan.made = beliefs.into_iter().zip(about).map(Made::joined).collect();
    plan
}

/// What is known of the past of a class.
struct Known<'a> {
    former: &'a [engine::Former],
    marks: &'a [(Id, Id)],
    hidden: &'a BTreeSet<Id>,
}

fn of_class(
    (space, class): (&str, Option<&str>),
    (held, clusters): (&Class, &[Cluster]),
    language: Language,
    rules: &Rules,
    known: &Known<'_>,
    plan: &mut Plan,
) {
    let Known { former, marks, hidden } = *known;
    let Class { corpus, own, .. } = held;
    let mut parts: Vec<Separated> = Vec::new();
    for cluster in clusters {
        pg::check_for_interrupts();
        let members: Vec<_> = cluster.members.iter().filter_map(|id| Some(own.get(id)?.episode(*id))).collect();
        parts.extend(engine::separate(cluster, &members, rules.linkage.min_size));
    }
    let members: Vec<&[Id]> = parts.iter().map(|part| part.members.as_slice()).collect();
    let identities = engine::identify(space, class, &members, former);
    let mut made: Vec<Made> = Vec::with_capacity(parts.len());
    for (part, identity) in parts.iter().zip(&identities.of) {
        pg::check_for_interrupts();
        let members: Vec<_> = part.members.iter().filter_map(|id| Some(own.get(id)?.episode(*id))).collect();
        let form =
            |analyzer: &mut Analyzer| engine::form(identity, part.cohesion, &members, &part.against, corpus, analyzer);
        if let Some(belief) = record::with_analyzer(language, form) {
            let class = class.map(str::to_owned);
            made.push(Made { class, belief, how: identity.how, cues: shared_cues(&members) });
        }
    }
    let (away, standing): (Vec<Made>, Vec<Made>) = made.into_iter().partition(|m| hidden.contains(&m.belief.id));
    let (mut standing, about): (Vec<Belief>, Vec<About>) = standing.into_iter().map(Made::apart).unzip();
    let contradictions = engine::contradictions(&standing, marks);
    engine::oppose(&mut standing, &contradictions);
    note(former, &standing, &identities, hidden, plan);
    plan.contradictions.extend(contradictions);
    plan.made.extend(standing.into_iter().zip(about).map(Made::joined).chain(away));
}

/// Adds the events of a class, and what is retired in it.
fn note(
    former: &[engine::Former],
    standing: &[Belief],
    identities: &Identities,
    hidden: &BTreeSet<Id>,
    plan: &mut Plan,
) {
    let events = engine::events(former, standing, identities);
    plan.events.extend(events.into_iter().filter(|e| !hidden.contains(&e.belief)));
    plan.retired.extend(identities.retired.iter().copied());
}

/// Cues that more than half of the members have, in alphabetical order.
fn shared_cues(members: &[engine::Episode<'_>]) -> Vec<String> {
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    for cue in members.iter().flat_map(|e| e.cues) {
        *count.entry(cue).or_default() += 1;
    }
    let mut shared: Vec<(&str, usize)> = count.into_iter().filter(|(_, n)| n * 2 > members.len()).collect();
    shared.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    shared.truncate(MOST_CUES);
    let mut cues: Vec<String> = shared.into_iter().map(|(cue, _)| cue.to_owned()).collect();
    cues.sort_unstable();
    cues
}

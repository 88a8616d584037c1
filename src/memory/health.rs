//! Graph health: how the memories of a space hang together, and whether spreading can help there.
//!
//! Numbers are statistics of the space, which row-level security does not hide. Names of cues are taken from rows that the caller may
//! see; a cue that none of them names is left out. What is said about the numbers is in [`super::health_advice`].

use super::health_advice::{Figures, advice, verdict};
use super::recall::search;
use super::recall::{readable, rows, with_space};
use crate::error::Error;
use crate::guc;
use crate::hot::search::LockPause;
use crate::pg::snapshot::Pinned;
use engram_engine::spread::{CUE, Seed};
use engram_region::read::{Reader, Stopped};
use engram_region::survey::Survey;

/// One row: a figure with what it means, or a sentence.
pub struct Row {
    pub metric: String,
    pub value: Option<f64>,
    pub assessment: Option<String>,
}

impl Row {
    fn new(metric: impl Into<String>, value: impl Into<f64>, assessment: &str) -> Row {
        let assessment = (!assessment.is_empty()).then(|| assessment.to_owned());
        // A sum of nothing is -0.
        let rounded = (value.into() * 1e4).round() / 1e4 + 0.0;
        Row { metric: metric.into(), value: Some(rounded), assessment }
    }

    fn said(metric: &str, assessment: impl Into<String>) -> Row {
        Row { metric: metric.to_owned(), value: None, assessment: Some(assessment.into()) }
    }
}

/// Memories from which activation is spread to see how far it comes.
const STARTS: u32 = 64;

/// Memories that mention a hub whose rows are looked at for its name.
const NAMING: usize = 64;

/// What is known of the graph of a space.
pub fn graph_health(name: &str) -> Result<Vec<Row>, Error> {
    readable(name)?;
    let snapshot = Pinned::active();
    let mut survey = Survey::default();
    while !with_space(name, &snapshot, |reader| reader.survey(&mut survey))? {}
    let memories = with_space(name, &snapshot, |reader| Ok(reader.stats().memories))?;
    let mut reached = reached(name, &snapshot)?;
    let named: Vec<(u32, Option<String>)> = survey
        .hubs
        .iter()
        .map(|(fan, hash)| {
            let ids = with_space(name, &snapshot, |reader| Ok(reader.mentioning(*hash, NAMING)))?;
            Ok((*fan, rows::name_of_cue(name, *hash, &ids)))
        })
        .collect::<Result<_, Error>>()?;
    reached.sort_unstable();
    survey.memories_per_cue.sort_unstable();
    survey.cues_per_memory.sort_unstable();
    let largest = named.first().map(|(fan, name)| (share(*fan, memories), name.clone()));
    let figures = Figures {
        memories,
        alone: share(survey.alone, survey.memories),
        sharing: share(survey.sharing, survey.memories),
        neighbouring: share(survey.neighbouring, survey.memories),
        associated: share(survey.associated, survey.memories),
        without_cues: share(survey.without_cues, survey.memories),
        once: share(
            survey.memories_per_cue.iter().filter(|fan| **fan == 1).count() as u32,
            survey.memories_per_cue.len() as u32,
        ),
        reached: at(&reached, 50),
        largest,
    };
    Ok(report(&survey, &figures, &reached, named))
}

fn report(survey: &Survey, f: &Figures, reached: &[u32], named: Vec<(u32, Option<String>)>) -> Vec<Row> {
    let mut out = vec![Row::new("memories", f.memories, "")];
    if survey.memories < f.memories {
        out.push(Row::new("memories looked at", survey.memories, "an even sample; shares are of these"));
    }
    let mentions = survey.cues_per_memory.iter().map(|n| f64::from(*n)).sum::<f64>();
    let scale = if survey.memories == 0 { 1.0 } else { f64::from(f.memories) / f64::from(survey.memories) };
    out.extend([
        Row::new("share without any link", f.alone, "no cue shared, no neighbour in time, no association"),
        Row::new("share with a shared cue", f.sharing, ""),
        Row::new("share with a neighbour in time", f.neighbouring, ""),
        Row::new("share with an association", f.associated, ""),
        Row::new("share without cues", f.without_cues, ""),
        Row::new("mentions of cues", (mentions * scale).round(), ""),
        Row::new("cues mentioned once, share", f.once, "a cue of one memory links nothing"),
    ]);
    for (what, sorted) in [("memories per cue", &survey.memories_per_cue), ("cues per memory", &survey.cues_per_memory)]
    {
        for (label, percent) in [("median", 50), ("90 %", 90), ("99 %", 99), ("most", 100)] {
            out.push(Row::new(format!("{what}, {label}"), at(sorted, percent), ""));
        }
    }
    for (fan, name) in named {
        let Some(name) = name.filter(|_| fan > 1) else { continue };
        let of_all = format!("mentioned by {:.1} % of the memories", share(fan, f.memories) * 100.0);
        out.push(Row::new(format!("hub \"{name}\""), fan, &of_all));
    }
    out.extend([
        Row::new("memories reached from one, median", f.reached, "activation spread from a sample, with the settings"),
        Row::new("memories reached from one, 90 %", at(reached, 90), ""),
        Row::new("share reached from one, median", share(f.reached, f.memories.saturating_sub(1)), ""),
        Row::said("verdict", verdict(f)),
    ]);
    out.extend(advice(f).into_iter().map(|a| Row::said("advice", a)));
    out
}

/// How many memories activation reaches from each of an even sample.
fn reached(name: &str, snapshot: &Pinned) -> Result<Vec<u32>, Error> {
    let config = super::recall::question::spread_config(guc::spread_hops() as i32, guc::spread_threshold() as f32);
    let mut starts: Vec<[u8; 16]> = with_space(name, snapshot, |reader| {
        let nodes = reader.sample(STARTS)?;
        Ok(nodes.into_iter().map(|node| reader.id_of(node)).collect())
    })?;
    let mut out = Vec::new();
    // As the survey does: where something moves, what is done stays, and the lock is never held for all of it.
    let mut go_on = |reader: &mut Reader<'static, LockPause>| {
        while let Some(id) = starts.pop() {
            let Some(node) = reader.by_id(&id) else { continue };
            match search::spread_from(reader, &[Seed { node, mass: 1.0 }], &config) {
                Ok(spread) => {
                    let others =
                        spread.received.iter().filter(|r| r.node & CUE == 0 && r.node != node && r.total() > 0.0);
                    out.push(others.count() as u32);
                    search::recycle(spread);
                }
                Err(Stopped::Moved) => return Ok(false),
                Err(gone) => return Err(gone),
            }
        }
        Ok(true)
    };
    while !with_space(name, snapshot, &mut go_on)? {}
    Ok(out)
}

fn share(part: u32, whole: u32) -> f64 {
    if whole == 0 { 0.0 } else { f64::from(part) / f64::from(whole) }
}

/// The value that this many per cent of a sorted list do not exceed; zero of an empty one.
fn at(sorted: &[u32], percent: usize) -> u32 {
    let place = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(place - 1).copied().unwrap_or(0)
}

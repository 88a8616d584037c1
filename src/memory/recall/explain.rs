//! Why a recall returned what it did: each signal's share of the evidence, and where it came from.
//!
//! The recall itself runs as always and returns the rows it would return, with an account of its search ([`super::trace`]). The region
//! knows words and cues by hashes only. Their names come from the question, and from rows that the caller may see; a hidden memory
//! on a path shows as hidden, and a cue that only hidden memories name shows without its name.

use super::question::{Given, vector_of};
use super::trace::{Link, Trace, Way};
use super::{Account, Answer, Cold, Limits, Recalled, answer, explain_text, interference, priming, readable};
use crate::error::Error;
use crate::guc;
use crate::hot::governor::Met;
use crate::hot::record;
use crate::pg::spi::{self, Arg};
use crate::store;
use engram_engine::parts::Parts;
use engram_engine::spread::WEIGHT;
use engram_engine::tiers::Tier;
use engram_engine::{bm25, cues, spread};
use pgrx::Uuid;
use rustc_hash::{FxHashMap, FxHashSet};

/// One row of the explanation: of a memory, or without an id of the whole recall.
pub struct Line {
    pub id: Option<[u8; 16]>,
    pub signal: &'static str,
    pub value: Option<f32>,
    pub share: Option<f32>,
    pub detail: String,
}

/// A result and its explanation.
pub struct Result {
    pub row: Recalled,
    /// Dense, lexical, cue, contiguity, association, and what time, use and rivals make of them.
    pub lines: Vec<Line>,
    /// Cues that passed activation on to it, by name, most first.
    pub cues: String,
    /// The strongest path; none where no activation arrived or it began here.
    pub path: Option<String>,
}

/// What a recall returned and why.
pub struct Explanation {
    pub space: String,
    pub memories: u32,
    pub k: usize,
    pub hops: i32,
    pub results: Vec<Result>,
    /// About the whole recall.
    pub statement: Vec<Line>,
    pub limited: bool,
    /// A limit of time or memory ended it early.
    pub partial: Option<Met>,
}

impl Explanation {
    /// All rows: those of the results in their order, then those of the whole.
    pub fn into_lines(self) -> impl Iterator<Item = Line> {
        self.results.into_iter().flat_map(|r| r.lines).chain(self.statement)
    }

    /// As text, in the manner of EXPLAIN.
    pub fn text(&self) -> Vec<String> {
        explain_text::text(self)
    }
}

/// Runs a recall and explains it. Nothing counts as used.
pub fn explain(name: &str, given: &Given<'_>, limits: &Limits) -> std::result::Result<Explanation, Error> {
    let space = readable(name)?;
    let (language, vector) = (space.language.clone(), vector_of(given, &space));
    let mut answer = answer(name, given, limits, Account::Full)?;
    let trace = answer.trace.take().unwrap_or_default();
    let names = Names::new(name, given, &answer.recalled, &trace);
    let words = Words::new(given, &language, &trace);
    let mut statement = statement(&vector, limits, &answer, &trace, &names, &words);
    statement.splice(statement.len() - 1..statement.len() - 1, cold(name, limits, &answer));
    let rows = std::mem::take(&mut answer.recalled);
    let sources = sources(name, &rows, given.as_of);
    let explained = |row: Recalled| {
        let confidence = confidence(&row, sources.get(&row.hit.id).copied().unwrap_or_default());
        let mut result = result(row, vector.is_ok(), &trace, &names, &words);
        result.lines.push(confidence);
        result
    };
    let results = rows.into_iter().map(explained).collect();
    Ok(Explanation {
        space: name.to_owned(),
        memories: trace.memories,
        k: limits.k,
        hops: given.hops.unwrap_or(guc::spread_hops() as i32),
        results,
        statement,
        limited: answer.limited,
        partial: answer.partial,
    })
}

/// The words of a question, as the space knows them.
struct Words {
    language: String,
    /// By hash of the term: the word of the question, memories that hold it, idf.
    terms: FxHashMap<u64, (String, u32, f32)>,
    /// In the order of the question.
    order: Vec<u64>,
    average_length: f32,
    params: bm25::Params,
}

impl Words {
    fn new(given: &Given<'_>, language: &str, trace: &Trace) -> Words {
        let mut terms = FxHashMap::default();
        let mut order = Vec::new();
        for (hash, word) in record::named_terms(given.cue.unwrap_or_default(), language) {
            let known = trace.terms.iter().find(|t| t.0 == hash);
            if let Some((_, df, idf)) = known
                && terms.insert(hash, (word, *df, *idf)).is_none()
            {
                order.push(hash);
            }
        }
        let params = bm25::Params { k1: guc::bm25_k1() as f32, b: guc::bm25_b() as f32 };
        Words { language: language.to_owned(), terms, order, average_length: trace.average_length, params }
    }

    /// The words of a text that the question has too, each with what it adds to the match, most first.
    fn matched(&self, content: &str) -> Vec<String> {
        let terms = record::terms(content, &self.language);
        let spelled = record::named_terms(content, &self.language);
        let mut found: Vec<(u32, String)> = Vec::new();
        for (hash, tf) in &terms.terms {
            let Some((asked, _, idf)) = self.terms.get(hash) else { continue };
            let weight = bm25::weight((*tf).min(255), terms.length, self.average_length, self.params);
            let here = spelled.iter().find(|s| s.0 == *hash).map_or(asked.as_str(), |s| s.1.as_str());
            let as_asked = if here == asked { String::new() } else { format!(" (asked: {asked})") };
            let units = bm25::contribution(*idf, weight);
            found.push((units, format!("{here} {:.2}{as_asked}", bm25::score(units))));
        }
        found.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        found.into_iter().map(|f| f.1).collect()
    }
}

/// Names of cues by hash, and the memories on paths that the caller may see.
struct Names {
    cues: FxHashMap<u64, String>,
    visible: FxHashSet<[u8; 16]>,
}

impl Names {
    fn new(space: &str, given: &Given<'_>, recalled: &[Recalled], trace: &Trace) -> Names {
        let mut cues = FxHashMap::default();
        let asked = cues::find(given.cue.unwrap_or_default());
        for name in asked.into_iter().chain(given.cues.iter().map(|c| cues::normalise(c))) {
            cues.entry(cues::hash(&name)).or_insert_with(|| cues::split_about(&name).0.to_owned());
        }
        let ways = recalled.iter().filter_map(|r| trace.ways.get(&r.hit.id));
        let on_paths = ways.flat_map(|way| way.from.into_iter().chain(way.steps.iter().map(|s| s.to)));
        let mut ids: Vec<[u8; 16]> = on_paths.chain(recalled.iter().map(|r| r.hit.id)).collect();
        ids.sort_unstable();
        ids.dedup();
        // What was returned may be seen, also where it is of the past.
        let mut visible: FxHashSet<[u8; 16]> = recalled.iter().map(|r| r.hit.id).collect();
        spi::select(
            include_str!("../../../sql/query/recall_cues.sql"),
            &[Arg::Text(space), Arg::UuidArray(&ids)],
            |r| {
                visible.extend(r.uuid(1));
                for cue in r.text_array(2).unwrap_or_default() {
                    cues.entry(cues::hash(cue)).or_insert_with(|| cues::split_about(cue).0.to_owned());
                }
            },
        );
        Names { cues, visible }
    }

    fn cue(&self, hash: u64) -> String {
        self.cues.get(&hash).map_or_else(|| "(not named)".to_owned(), |name| format!("\"{name}\""))
    }

    fn memory(&self, id: &[u8; 16]) -> String {
        if self.visible.contains(id) { Uuid::from_bytes(*id).to_string() } else { "(hidden)".to_owned() }
    }

    /// `memory -[cue "name" w=2.30 fan=3]-> memory`, from where activation started. The fan is among how many associations it was divided.
    fn path(&self, way: &Way) -> Option<String> {
        way.steps.last()?;
        let mut out = way.from.map_or_else(|| "question".to_owned(), |id| self.memory(&id));
        let mut before = way.from;
        for step in &way.steps {
            // How many associations a hidden memory has is hidden too; how many memories name a cue is no secret of the space.
            let shows = matches!(step.link, Link::Cue(_)) || before.is_none_or(|id| self.visible.contains(&id));
            let fan = if shows { format!(" fan={}", step.fan) } else { String::new() };
            before = Some(step.to);
            let link = match step.link {
                Link::Cue(hash) => format!("cue {}", self.cue(hash)),
                Link::Contiguity => "next in context".to_owned(),
                Link::Association(kind) => kind.name().to_owned(),
            };
            out.push_str(&format!(" -[{link} w={:.2}{fan}]-> {}", step.weight, self.memory(&step.to)));
        }
        Some(out)
    }
}

fn result(row: Recalled, asked: bool, trace: &Trace, names: &Names, words: &Words) -> Result {
    let signals = row.hit.signals;
    let shares = Parts::of(&signals).shares();
    let none = Way::default();
    let way = trace.ways.get(&row.hit.id).unwrap_or(&none);
    let path = names.path(way);
    let last = way.steps.last().map(|s| s.link);
    let dense = match signals.similarity {
        Some(_) if row.hit.tier != Tier::Hot => "cosine of the embeddings, read from the table",
        Some(_) => "cosine of the embeddings",
        None if !asked => "the question has no vector",
        None => "the memory has no embedding",
    };
    let matched = words.matched(&row.row.content);
    let lexical = match matched.is_empty() {
        true if words.terms.is_empty() => "the question has no words to look for".to_owned(),
        true => "no word of the question".to_owned(),
        false => format!("of {:.2} possible: {}", signals.bm25_max, matched.join(", ")),
    };
    let cues = match signals.by_cues > 0.0 {
        true => way.cues.iter().map(|c| names.cue(*c)).collect::<Vec<_>>().join(", "),
        false => String::new(),
    };
    let through = if cues.is_empty() { String::new() } else { format!("through {cues}") };
    let context = row.row.context.as_ref().map_or_else(String::new, |c| format!("neighbours in context \"{c}\""));
    let arrived = |amount: f32, what: String, arm: fn(&Link) -> bool| {
        if amount <= 0.0 {
            return "nothing arrived".to_owned();
        }
        let by_path = path.as_ref().filter(|_| last.as_ref().is_some_and(arm)).map(|p| format!("path {p}"));
        let back = way.steps.is_empty().then(|| "the search began here, and activation came back".to_owned());
        let said: Vec<String> =
            [what, by_path.or(back).unwrap_or_default()].into_iter().filter(|s| !s.is_empty()).collect();
        said.join("; ")
    };
    let line = |signal, value, share, detail| Line { id: Some(row.hit.id), signal, value, share: Some(share), detail };
    let decay = row.hit.decayed.as_ref().map(|decayed| {
        let retrievability = decayed.retrievability as f32;
        line("decay", Some(retrievability), shares.decay, decayed.told())
    });
    let mut lines = vec![
        line("dense", signals.similarity, shares.dense, dense.to_owned()),
        line("lexical", Some(signals.bm25), shares.lexical, lexical),
        line(
            "cue",
            Some(signals.by_cues),
            shares.cue,
            arrived(signals.by_cues, through, |l| matches!(l, Link::Cue(_))),
        ),
        line(
            "contiguity",
            Some(signals.by_contiguity),
            shares.contiguity,
            arrived(signals.by_contiguity, context, |l| *l == Link::Contiguity),
        ),
        line(
            "association",
            Some(signals.by_association),
            shares.association,
            arrived(signals.by_association, "over associations".to_owned(), |l| matches!(l, Link::Association(_))),
        ),
    ];
    lines.extend(decay);
    lines
        .extend(interference::said(&row.hit).map(|(v, said)| line("interference", Some(v), shares.interference, said)));
    lines.extend(priming::said(&row.hit).map(|(v, said)| line("priming", Some(v), shares.priming, said)));
    Result { row, lines, cues, path }
}

/// How many sources count for and against each row, as far as the caller may see them.
fn sources(space: &str, rows: &[Recalled], as_of: Option<i64>) -> FxHashMap<[u8; 16], (i64, i64)> {
    let ids: Vec<[u8; 16]> = rows.iter().map(|r| r.hit.id).collect();
    let mut found = FxHashMap::default();
    store::belief::sources(space, &ids, as_of, |id, confirm, contradict| _ = found.insert(id, (confirm, contradict)));
    found
}

/// What is believed of a row, and on what. It has no share: the score says how well a row matches, not whether it is true.
fn confidence(row: &Recalled, (confirm, contradict): (i64, i64)) -> Line {
    let (evidence_for, evidence_against) = row.row.evidence();
    let belief = row.row.belief();
    let sources = match (confirm, contradict) {
        (0, 0) => String::new(),
        _ => format!("; sources that confirm it: {confirm}, that contradict it: {contradict}"),
    };
    let detail = format!(
        "{:.3} to {:.3} with a probability of 90 %, on evidence of {evidence_for:.2} for and {evidence_against:.2} against{sources}",
        belief.low, belief.high
    );
    Line { id: Some(row.hit.id), signal: "confidence", value: Some(belief.mean), share: None, detail }
}

/// What holds for the whole recall: candidates of each arm, the work of spreading, and how the answer ended.
fn statement(
    vector: &std::result::Result<&'static str, String>,
    limits: &Limits,
    answer: &Answer,
    trace: &Trace,
    names: &Names,
    words: &Words,
) -> Vec<Line> {
    let line = |signal, value: Option<usize>, detail| Line {
        id: None,
        signal,
        value: value.map(|v| v as f32),
        share: None,
        detail,
    };
    let counts = &trace.counts;
    let dense = match vector {
        Err(why) => line("dense", None, format!("skipped because {why}")),
        Ok(by) => {
            let dims = trace.dims;
            let detail = format!(
                "candidates with a cosine above 0, of {dims} dimensions; the vector of the question is from {by}"
            );
            line("dense", Some(counts.dense), detail)
        }
    };
    let lexical = if words.terms.is_empty() {
        line("lexical", None, "skipped because the question has no words to look for".to_owned())
    } else {
        let known = words.order.iter().map(|hash| match &words.terms[hash] {
            (word, 0, _) => format!("{word} in none"),
            (word, df, idf) => format!("{word} in {df} (idf {idf:.2})"),
        });
        let known: Vec<String> = known.collect();
        line("lexical", Some(counts.lexical), format!("candidates with a word of the question: {}", known.join(", ")))
    };
    let cue = if trace.cues.is_empty() {
        "candidates reached through cues; the question names none".to_owned()
    } else {
        let asked = trace.cues.iter().map(|(hash, df)| match df {
            0 => format!("{} in none", names.cue(*hash)),
            _ => {
                let weight = spread::mention_weight(trace.memories, *df) as f32 / WEIGHT as f32;
                format!("{} in {df} (w {weight:.2})", names.cue(*hash))
            }
        });
        let mut asked: Vec<String> = asked.collect();
        asked.sort_unstable();
        format!("candidates reached through cues; the question names {}", asked.join(", "))
    };
    let spread = match trace.spread {
        None => line("spread", None, "skipped because hops is 0, or nothing was found to start from".to_owned()),
        Some((edges, nodes)) => {
            let bit = if answer.limited { "; the work limit engram.spread_max_edges ended it early" } else { "" };
            line("spread", Some(edges as usize), format!("edges looked at, {nodes} memories and cues reached{bit}"))
        }
    };
    let mut lines = vec![
        dense,
        lexical,
        line("cue", Some(counts.cue), cue),
        line("contiguity", Some(counts.contiguity), "candidates reached from neighbours in time".to_owned()),
        line("association", Some(counts.association), "candidates reached over associations".to_owned()),
        spread,
        line("answer", Some(answer.recalled.len()), ending(limits, answer)),
    ];
    if let Some(t) = &trace.outside {
        let how = if t.warm > 0 {
            format!(" by meaning: {}; by words: {}", t.by_meaning, t.by_words)
        } else {
            " all by their rows".to_owned()
        };
        let whole = if t.approximate { "; others may match (engram.exact = on looks at all)" } else { "" };
        let returned = answer.recalled.iter().filter(|r| r.hit.tier != Tier::Hot).count();
        let detail = format!(
            "looked at of {} warm, {} cold and {} spilled memories,{how}{whole}; {returned} of the answer are not hot",
            t.warm, t.cold, t.spilled
        );
        lines.insert(lines.len() - 1, line("tiers", Some(t.looked_at), detail));
    }
    lines
}

/// Whether the cold tier was searched; nothing where the space has none.
fn cold(space: &str, limits: &Limits, answer: &Answer) -> Option<Line> {
    if store::cold::count_up_to(space, 1) == 0 {
        return None;
    }
    let rows = answer.recalled.iter().filter(|r| r.row.cold).count();
    let detail = match (limits.cold, answer.cold) {
        (Cold::Never, _) => "not searched, as include_cold is false",
        (Cold::Always, _) => "rows of the cold tier, searched as include_cold is true",
        (Cold::WhenUnfilled, true) => "rows of the cold tier, searched as the other tiers left k unfilled",
        (Cold::WhenUnfilled, false) => "not searched, as the other tiers filled k",
    };
    let value = answer.cold.then_some(rows as f32);
    Some(Line { id: None, signal: "cold", value, share: None, detail: detail.to_owned() })
}

/// Why the answer has as many rows as it has.
fn ending(limits: &Limits, answer: &Answer) -> String {
    let mut out = format!("rows of at most {}", limits.k);
    let reason = if let Some(met) = answer.partial {
        format!("partial: {} ended it early", met.setting())
    } else if answer.recalled.len() >= limits.k {
        "k is reached".to_owned()
    } else if answer.ended {
        format!("exhausted: the rest scores below {}", limits.min_score)
    } else if answer.unfit > 0 || limits.max_tokens.is_some_and(|most| spent(answer) >= most) {
        "max_tokens is used up".to_owned()
    } else if answer.cut && answer.repeated > 0 {
        "what else matches is not looked at".to_owned()
    } else {
        "exhausted: nothing else matches".to_owned()
    };
    out.push_str(&format!("; {reason}"));
    if answer.repeated > 0 {
        out.push_str(&format!("; {} left out that nearly repeat another", answer.repeated));
    }
    if answer.unfit > 0 {
        out.push_str(&format!("; {} left out that did not fit", answer.unfit));
    }
    out
}

fn spent(answer: &Answer) -> usize {
    answer.recalled.iter().map(|r| super::select::tokens(&r.row.content)).sum()
}

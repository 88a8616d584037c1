//! What the figures of a graph mean: a verdict, and what to do. Pure.

/// The figures, shares between 0 and 1.
pub struct Figures {
    pub memories: u32,
    pub alone: f64,
    pub sharing: f64,
    pub neighbouring: f64,
    pub associated: f64,
    pub without_cues: f64,
    /// Of the cues, those that one memory mentions.
    pub once: f64,
    /// Memories that activation reaches from one, the median.
    pub reached: u32,
    /// The cue that most memories mention: their share, and its name where the caller may know it.
    pub largest: Option<(f64, Option<String>)>,
}

/// Below this many memories a search finds all there is, and figures are chance.
const FEW: u32 = 20;

/// An answer of ten rows is hardly changed by fewer memories than this from each of five seeds.
const WORTHWHILE: u32 = 3;

/// A cue of more memories than this share has a mention weight below ln(1 + 1/0.3) = 1.5, a seventh of a link in time.
const TOO_COMMON: f64 = 0.3;

/// Whether spreading can help.
pub fn verdict(f: &Figures) -> String {
    if f.memories == 0 {
        "the space is empty".to_owned()
    } else if f.memories < FEW {
        format!("too few memories to tell: fewer than {FEW}")
    } else if f.alone > 0.8 || f.reached == 0 {
        "spreading cannot help here: most memories are linked to no other".to_owned()
    } else if f.alone > 0.4 || f.reached < WORTHWHILE {
        "spreading can help a part of the questions: many memories are linked to few others".to_owned()
    } else {
        "spreading can help: most memories are linked".to_owned()
    }
}

/// What would make the graph better, as sentences; none where nothing is missing.
pub fn advice(f: &Figures) -> Vec<String> {
    let percent = |share: f64| format!("{:.0} %", share * 100.0);
    let mut out = Vec::new();
    if f.memories < FEW {
        out.push("Remember more: a search alone finds everything in so small a space.".to_owned());
        return out;
    }
    if f.without_cues > 0.3 {
        out.push(format!(
            "Give cues, or write names out: {} of the memories mention no name, so nothing is shared with others.",
            percent(f.without_cues)
        ));
    }
    if f.once > 0.8 && f.sharing < 0.8 {
        out.push(format!(
            "Call the same thing by the same name: {} of the cues occur once. engram.cue_alias holds other names of a cue.",
            percent(f.once)
        ));
    }
    if f.neighbouring < 0.3 {
        out.push(format!(
            "Give contexts, such as the conversation or document: {} of the memories have a neighbour in time.",
            percent(f.neighbouring)
        ));
    }
    if f.associated == 0.0 && f.alone > 0.4 {
        out.push("Connect what belongs together by engram_associate.".to_owned());
    }
    if let Some((share, name)) = &f.largest
        && *share > TOO_COMMON
    {
        let name = name.as_ref().map_or_else(|| "One cue".to_owned(), |n| format!("The cue \"{n}\""));
        out.push(format!(
            "{name} is mentioned by {} of the memories and says little: name what tells them apart.",
            percent(*share)
        ));
    }
    out
}

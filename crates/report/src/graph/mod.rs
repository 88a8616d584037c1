//! The neighbourhood of a memory, and how it is drawn.

mod dot;
mod json;
mod layout;
mod svg;

pub use dot::dot;
pub use json::json;
pub use svg::svg;

/// Memories and cues around one memory, and what connects them.
#[derive(Clone, Debug, Default)]
pub struct Neighbourhood {
    pub space: String,
    /// The source first; then memories, the more activation the earlier, then cues.
    pub nodes: Vec<Node>,
    pub links: Vec<Link>,
    /// How many memories were left out, because there were too many.
    pub left_out: usize,
}

/// A memory or a cue.
#[derive(Clone, Debug, Default)]
pub struct Node {
    /// UUID of a memory; `cue:` and the name of a cue.
    pub id: String,
    /// Content of a memory, name of a cue.
    pub text: String,
    /// Kind of a memory; `cue`.
    pub kind: String,
    pub is_cue: bool,
    /// Share of the activation of the source, which itself has 1.
    pub activation: f32,
    pub hops: u8,
}

/// What connects two nodes, by their places in the list.
#[derive(Clone, Debug, Default)]
pub struct Link {
    pub source: usize,
    pub target: usize,
    /// `mention`, `contiguity`, or the kind of an association.
    pub kind: String,
    /// Above 0; a link between neighbours in time has 1.
    pub weight: f32,
    /// Leads one way only.
    pub directed: bool,
}

/// Characters of a content that stand beside a node.
const LABEL: usize = 36;

/// Characters of a content that a pointer on a node is told.
const WHOLE: usize = 300;

impl Node {
    fn label(&self) -> String {
        crate::format::start(&self.text, LABEL)
    }

    fn told(&self) -> String {
        let text = crate::format::start(&self.text, WHOLE);
        format!(
            "{text} ({}, activation {}, {} hop{})",
            self.kind,
            short(self.activation),
            self.hops,
            if self.hops == 1 { "" } else { "s" }
        )
    }
}

/// Activation and weights with three digits that count.
fn short(x: f32) -> String {
    if x >= 0.001 || x == 0.0 { crate::format::figure(f64::from(x)) } else { format!("{x:.1e}") }
}

#[cfg(test)]
mod tests;

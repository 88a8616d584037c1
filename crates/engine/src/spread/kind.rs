//! Kinds of edges and their weights.

use super::WEIGHT;
use crate::{Error, config};
use std::{fmt, str::FromStr};

/// Why two nodes are connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EdgeKind {
    /// Between a memory and a cue, in both directions.
    Mention,
    /// Between neighbours in time within one context, in both directions.
    Contiguity,
    /// Explicit or learned; the number is that of an [`AssociationKind`].
    Association(u8),
}

/// The kinds of associations. The numbers are stored in the hot tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum AssociationKind {
    Semantic = 0,
    Temporal = 1,
    Causal = 2,
    Spatial = 3,
    Emotional = 4,
    /// Takes activation away from its target.
    Inhibitory = 5,
}

impl AssociationKind {
    pub const ALL: [AssociationKind; 6] = [
        AssociationKind::Semantic,
        AssociationKind::Temporal,
        AssociationKind::Causal,
        AssociationKind::Spatial,
        AssociationKind::Emotional,
        AssociationKind::Inhibitory,
    ];

    /// The name as it is stored in tables.
    pub fn name(self) -> &'static str {
        match self {
            AssociationKind::Semantic => "semantic",
            AssociationKind::Temporal => "temporal",
            AssociationKind::Causal => "causal",
            AssociationKind::Spatial => "spatial",
            AssociationKind::Emotional => "emotional",
            AssociationKind::Inhibitory => "inhibitory",
        }
    }

    /// The kind with this number.
    pub fn from_code(code: u8) -> Option<AssociationKind> {
        AssociationKind::ALL.get(usize::from(code)).copied()
    }
}

impl fmt::Display for AssociationKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for AssociationKind {
    type Err = Error;

    fn from_str(name: &str) -> Result<AssociationKind, Error> {
        AssociationKind::ALL
            .into_iter()
            .find(|kind| kind.name() == name)
            .ok_or_else(|| Error::UnsupportedAssociation(name.to_owned()))
    }
}

/// Weight of a mention of a cue that `df` of `n_memories` mention: ln(1 + N/df). Multiply by
/// [`config::ABOUT_FACTOR`] for the cue a memory is about. It costs a logarithm: compute it once for a cue, not for an edge.
pub fn mention_weight(n_memories: u32, df: u32) -> u32 {
    // A transaction that has not committed may mention a cue more often than memories are counted yet.
    let df = df.max(1);
    fixed(libm::log1p(f64::from(n_memories.max(df)) / f64::from(df)))
}

/// Weight of the link between neighbours in time.
pub fn contiguity_weight() -> u32 {
    fixed(f64::from(config::CONTIGUITY_WEIGHT))
}

/// Weight of an association of a strength: 1.0 counts as much as a link between neighbours in time. Not above zero: none.
pub fn association_weight(strength: f32) -> u32 {
    fixed(f64::from(strength) * f64::from(config::CONTIGUITY_WEIGHT))
}

fn fixed(weight: f64) -> u32 {
    // A conversion to an integer saturates, and turns NaN and what is negative into zero.
    (weight * f64::from(WEIGHT)).round() as u32
}

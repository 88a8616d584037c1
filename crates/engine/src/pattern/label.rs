//! Where a value comes from.

/// What a value is, from the most to the least certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label {
    /// The caller's own, or that of the one memory that the attractor settled on.
    Stored,
    /// Mostly from beliefs.
    Consolidated,
    /// From a vote of several memories.
    Reconstructed,
    /// Weakly supported, or made up.
    Imagined,
}

impl Label {
    /// As SQL has it.
    pub fn name(self) -> &'static str {
        match self {
            Label::Stored => "stored",
            Label::Consolidated => "consolidated",
            Label::Reconstructed => "reconstructed",
            Label::Imagined => "imagined",
        }
    }
}

//! Where a value comes from.

/// What a value is, from the most to the least certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label {
    /// That of the one memory that the attractor settled on.
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

    /// The label of a stored row by its origin; what is no label counts as stored.
    pub fn of_origin(origin: &str) -> Label {
        let all = [Label::Consolidated, Label::Reconstructed, Label::Imagined];
        all.into_iter().find(|label| label.name() == origin).unwrap_or(Label::Stored)
    }
}

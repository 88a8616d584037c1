//! What a query says.

use crate::time::When;

/// Bytes of a uuid.
pub type Id = [u8; 16];

/// One statement, and what holds for every kind of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// Why, in place of what.
    pub explain: bool,
    pub statement: Statement,
    /// The space it names.
    pub space: Option<String>,
}

/// Which statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    Recall,
    Spread,
    Complete,
    Imagine,
    Predict,
    Consolidate,
}

impl Verb {
    pub const ALL: [Verb; 6] =
        [Verb::Recall, Verb::Spread, Verb::Complete, Verb::Imagine, Verb::Predict, Verb::Consolidate];

    /// The keyword it begins with.
    pub fn name(self) -> &'static str {
        match self {
            Verb::Recall => "RECALL",
            Verb::Spread => "SPREAD",
            Verb::Complete => "COMPLETE",
            Verb::Imagine => "IMAGINE",
            Verb::Predict => "PREDICT",
            Verb::Consolidate => "CONSOLIDATE",
        }
    }
}

/// The statements; an option left out is none.
#[derive(Clone, Debug, PartialEq)]
pub enum Statement {
    Recall {
        pattern: Pattern,
        conditions: Vec<Condition>,
        confidence: Option<Comparison>,
        /// Occurred then or later, and earlier than.
        since: Option<When>,
        until: Option<When>,
        as_of: Option<When>,
        limit: Option<u32>,
    },
    Spread {
        from: Vec<Id>,
        max_hops: Option<u8>,
        /// Share of its activation that is lost at each step.
        decay: Option<f32>,
        threshold: Option<f32>,
        limit: Option<u32>,
    },
    Complete {
        from: Partial,
        limit: Option<u32>,
    },
    Imagine {
        pattern: Pattern,
        based_on: Vec<Id>,
        novelty: Option<f32>,
        limit: Option<u32>,
    },
    Predict {
        pattern: Pattern,
        given: Vec<Id>,
        context: Option<String>,
        /// Seconds.
        horizon: Option<u64>,
        limit: Option<u32>,
    },
    Consolidate {
        dry_run: bool,
    },
}

impl Statement {
    pub fn verb(&self) -> Verb {
        match self {
            Statement::Recall { .. } => Verb::Recall,
            Statement::Spread { .. } => Verb::Spread,
            Statement::Complete { .. } => Verb::Complete,
            Statement::Imagine { .. } => Verb::Imagine,
            Statement::Predict { .. } => Verb::Predict,
            Statement::Consolidate { .. } => Verb::Consolidate,
        }
    }
}

/// What to go by.
#[derive(Clone, Debug, PartialEq)]
pub enum Pattern {
    Text(String),
    Id(Id),
    Vector {
        elements: Vec<f32>,
        /// Least similarity.
        threshold: Option<f32>,
    },
    /// Everything.
    Any,
}

/// What is to be completed.
#[derive(Clone, Debug, PartialEq)]
pub enum Partial {
    /// The text of a JSON object, as it was written.
    Json(String),
    Pattern(Pattern),
}

/// A condition on a memory.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    Contains(String),
    Created(Span),
    Occurred(Span),
    Confidence(Comparison),
    /// One of these.
    Kind(Vec<String>),
    /// A name or tag that brings the memory to mind.
    Cue(String),
    Context(String),
    Source(String),
    Metadata {
        path: Vec<String>,
        value: Scalar,
    },
}

/// A stretch of time.
#[derive(Clone, Debug, PartialEq)]
pub enum Span {
    Before(When),
    After(When),
    /// Both included.
    Between(When, When),
}

/// A bound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Comparison {
    pub operator: Operator,
    pub value: f32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    Less,
    AtMost,
    Equal,
    AtLeast,
    More,
}

impl Operator {
    /// As it is written.
    pub fn sign(self) -> &'static str {
        match self {
            Operator::Less => "<",
            Operator::AtMost => "<=",
            Operator::Equal => "=",
            Operator::AtLeast => ">=",
            Operator::More => ">",
        }
    }
}

/// A value of metadata.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar {
    Text(String),
    /// As it was written, which is as JSON has it.
    Number(String),
    Bool(bool),
    Null,
}

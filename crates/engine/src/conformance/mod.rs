//! The model beside published human data.
//!
//! Each file is one experiment: what was published, and what the formulas of the engine make of it. Nothing is tabulated but the published
//! figures; parameters are fitted, where an experiment needs any, on one series and held for the others. `engram_conformance()` shows the
//! rows in SQL, `docs/model.md` says what they mean.
//!
//! A figure that could not be checked in a source is shown as not verified and decides nothing.

pub mod course;
pub mod drm;
mod fan;
pub mod fit;
pub mod interference;
mod lists;
pub mod practice;
pub mod reconsolidation;
pub mod savings;
mod sketch;
pub mod spacing;

pub use sketch::Sketch;

/// What a number of the model owes to the published one beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Parameters were fitted on it, among others.
    Fitted,
    /// No parameter was fitted on it.
    Predicted,
}

/// One figure of one experiment.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub experiment: &'static str,
    pub condition: String,
    /// What was measured on people, or for a row with a criterion what it is held against.
    pub published: Option<f64>,
    pub model: f64,
    pub role: Role,
    /// The published figure was read in a source.
    pub verified: bool,
    /// Whether the criterion that this row stands for is met; none for a row that only shows figures.
    pub holds: Option<bool>,
    pub source: &'static str,
    pub note: Option<String>,
}

impl Row {
    fn of(experiment: &'static str, condition: impl Into<String>, source: &'static str) -> Row {
        Row {
            experiment,
            condition: condition.into(),
            published: None,
            model: 0.0,
            role: Role::Predicted,
            verified: true,
            holds: None,
            source,
            note: None,
        }
    }

    fn published(self, published: f64) -> Row {
        Row { published: Some(published), ..self }
    }

    fn model(self, model: f64, role: Role) -> Row {
        Row { model, role, ..self }
    }

    fn holds(self, holds: bool) -> Row {
        Row { holds: Some(holds), ..self }
    }

    fn note(self, note: impl Into<String>) -> Row {
        Row { note: Some(note.into()), ..self }
    }

    fn unverified(self) -> Row {
        Row { verified: false, ..self }
    }

    /// What the model says less what was published.
    pub fn error(&self) -> Option<f64> {
        self.published.map(|published| self.model - published)
    }

    fn pair(&self) -> (f64, f64) {
        (self.published.unwrap_or(f64::NAN), self.model)
    }
}

/// Every experiment, computed anew.
pub fn rows() -> Vec<Row> {
    [
        savings::rows(),
        practice::rows(),
        spacing::rows(),
        fan::rows(),
        drm::rows(),
        interference::rows(),
        reconsolidation::rows(),
    ]
    .concat()
}

#[cfg(test)]
mod tests;

//! The one error type of the model. The extension maps each variant to a SQLSTATE.

/// Why the model cannot work with an argument.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A vector of no dimensions has no direction.
    #[error("vector has no dimensions")]
    EmptyVector,
    /// A vector of zeros has no direction, so cosine similarity to it is undefined.
    #[error("vector has no direction because all its elements are zero")]
    ZeroVector,
    /// NaN or an infinity, at this position counted from 1.
    #[error("vector element {0} is not a finite number")]
    NotFinite(usize),
    /// More dimensions than an integer dot product of 8-bit codes can add up without overflow.
    #[error("vector has {0} dimensions, the maximum is {max}", max = crate::code::MAX_DIMENSIONS)]
    TooManyDimensions(usize),
    /// Not a language there is a stemmer for.
    #[error("language \"{0}\" is not supported")]
    UnsupportedLanguage(String),
    /// Not a kind of association.
    #[error("association kind \"{0}\" does not exist")]
    UnsupportedAssociation(String),
}

//! The query language of `engram_query`: text to a statement, or to an error that says where, what was expected and what to write
//! instead.
//!
//! `token` cuts the text into tokens, `grammar` and `condition` read statements from them with the combinators of winnow, `input` is
//! what they read from: it keeps the furthest position that was reached and everything that could have stood there, from which
//! `fault` makes the error. `print` writes a statement back; reading that gives the same statement. What a statement does is none
//! of this crate's business.
#![forbid(unsafe_code)]

pub mod ast;
mod condition;
mod fault;
mod grammar;
mod input;
mod params;
mod print;
mod time;
mod token;

pub use ast::{Query, Statement};
pub use fault::{Fault, Kind};
pub use params::Params;
pub use time::{At, Unit, When};

/// Longest text of a query, in bytes: an embedding of the most dimensions fits several times.
pub const MAX_BYTES: usize = 1 << 20;

/// Reads one statement; nothing may follow it but a semicolon.
pub fn parse(text: &str) -> Result<Query, Fault> {
    parse_with(text, &Params::default())
}

/// The same with values for `$name`.
pub fn parse_with(text: &str, params: &Params) -> Result<Query, Fault> {
    if text.len() > MAX_BYTES {
        return Err(Fault::too_long(text.len()));
    }
    grammar::parse(text, params)
}

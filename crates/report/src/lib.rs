//! Pages and pictures to look at without any other program: figures to one HTML page, the neighbourhood of a memory to DOT, JSON or SVG.
//!
//! `figures` is what a page shows, as plain data; `page` writes it, section by section, with the drawings of `chart`. All text goes
//! through `markup`, which escapes it: contents, names and settings are the user's. What is written is XML as well as HTML, has no
//! script, and names nothing outside itself. `graph` is the neighbourhood, with a layout that gives the same picture for the same
//! graph. Where figures come from, and who may see them, is none of this crate's business.
#![forbid(unsafe_code)]

mod chart;
pub mod figures;
mod format;
pub mod graph;
mod latency;
mod markup;
mod page;
mod section;
mod server;

pub use figures::Report;
pub use page::page;

#[cfg(test)]
mod tests;

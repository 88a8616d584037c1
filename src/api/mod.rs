//! The functions of SQL: arguments and their defaults. What they do is in `memory`.

mod arguments;
mod associate;
mod belief;
mod certainty;
mod conformance;
mod decay;
mod encoder;
mod explain;
mod forget;
mod former;
mod health;
mod knowing;
mod life;
mod metrics;
mod pattern;
mod query;
mod recall;
mod remember;
mod rights;
mod schema;
mod space;
mod stat;
mod tier;
mod update;
mod version;
mod watch;

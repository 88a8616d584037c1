//! Tests inside a server: each runs in a transaction of its own that is rolled back, with its own space, so that tests
//! run beside each other. What one transaction cannot show is in `tests/cluster`.

mod harness;

mod answers;
mod changing;
mod conditions;
mod cues;
mod duplicates;
mod own_writes;
mod paths;
mod reference;
mod refusals;

//! Prints the model beside published human data as a table of Markdown: the summary of `docs/model.md`.

use engram_engine::conformance;

fn main() {
    for row in conformance::rows() {
        println!(
            "{:?}|{}|{:?}|{:.4}|{:?}|{:?}",
            row.experiment, row.condition, row.published, row.model, row.holds, row.note
        );
    }
}

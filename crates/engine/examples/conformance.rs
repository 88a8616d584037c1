//! Prints the criteria of `engram_conformance()` as the table of `docs/model.md`.

use engram_engine::conformance;

fn main() {
    println!("| experiment | criterion | against | model | holds |\n|---|---|---|---|---|");
    for row in conformance::rows() {
        let Some(holds) = row.holds else { continue };
        let against = row.published.map_or("above 0".to_owned(), |published| format!("{published:.4}"));
        let holds = if holds { "yes" } else { "no" };
        println!("| {} | {} | {against} | {:.4} | {holds} |", row.experiment, row.condition, row.model);
    }
}

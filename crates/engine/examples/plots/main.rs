//! Draws the curves of `docs/model.md` with the code that recall uses. `scripts/plots` calls it.

mod chart;
mod human;
mod model;

use chart::Drawn;
use std::path::PathBuf;

fn main() -> Drawn {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("which folder to draw into?")?);
    human::draw(&folder)?;
    model::draw(&folder)
}

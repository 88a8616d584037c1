//! The step that makes and undoes beliefs.

use super::{Workload, has};
use postgres::Error;

/// A run of consolidation made and undone before a worker could see it.
pub fn undoing(w: &Workload<'_>) -> Result<(), Error> {
    let mut client = w.client()?;
    if !has(&mut client, "engram_undo")? {
        return Ok(());
    }
    let (name, word) = (format!("doubt {}", w.word()), w.word());
    let mut all = client.transaction()?;
    all.execute("SELECT engram_create_space($1, encoder => 'built-in')", &[&name])?;
    for n in 0..3 {
        let content = format!("The {word} lamp was lit at dusk, night {n}.");
        all.query_one("SELECT engram_remember($1, space => $2)", &[&content, &name])?;
    }
    all.query("SELECT * FROM engram_consolidate($1)", &[&name])?;
    let undo = "SELECT u.beliefs FROM engram.consolidation c, engram_undo(c.last_run, c.space) u WHERE c.space = $1";
    assert_eq!(all.query_one(undo, &[&name])?.get::<_, i64>(0), 1);
    all.execute("SELECT engram_drop_space($1)", &[&name])?;
    all.commit()
}

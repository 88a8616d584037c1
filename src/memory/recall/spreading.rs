//! One spread over the graph of a reader, with the buffers of the last one.

use crate::hot::{governor, metrics};
use engram_engine::spread::{self, CUE, Scratch, Seed, Spread};
use engram_region::read::{Pause, Reader, Stopped};
use std::cell::Cell;

thread_local! {
    /// Buffers of the last spread of this backend.
    static SCRATCH: Cell<Scratch> = Cell::default();
}

/// Spreads from seeds over the graph of a reader. What is returned goes back by [`recycle`].
pub fn spread_from<P: Pause>(
    reader: &mut Reader<'_, P>,
    seeds: &[Seed],
    config: &spread::Config,
) -> Result<Spread, Stopped> {
    let mut scratch = SCRATCH.take();
    let mut check = || if governor::is_over() { Err(spread::Stop) } else { Ok(()) };
    let result = spread::spread(&mut scratch, reader, seeds, config, &mut check);
    SCRATCH.set(scratch);
    result.inspect(metrics::spread).map_err(|spread::Stop| reader.why_stopped())
}

/// Keeps the buffers of a result for the next spread.
pub fn recycle(spread: Spread) {
    let mut scratch = SCRATCH.take();
    scratch.recycle(spread);
    SCRATCH.set(scratch);
}

/// The memories that received most, strongest first, and how many received anything: `enough` of them, and whoever received as
/// much as the last one, whatever its id.
pub fn strongest<P: Pause>(
    reader: &Reader<'_, P>,
    spread: &Spread,
    enough: usize,
) -> (Vec<(f32, [u8; 16], u32)>, usize) {
    let memories = spread.received.iter().filter(|r| r.node & CUE == 0 && r.total() > 0.0);
    let mut reached: Vec<(f32, u32)> = memories.map(|r| (r.total(), r.node)).collect();
    let all = reached.len();
    if all > enough && enough > 0 {
        // An id lies with its node, somewhere in memory: those of the rest are not read.
        let (_, last, _) = reached.select_nth_unstable_by(enough - 1, |a, b| b.0.total_cmp(&a.0));
        let least = last.0;
        reached.retain(|r| r.0 >= least);
    }
    let mut reached: Vec<(f32, [u8; 16], u32)> =
        reached.into_iter().map(|(total, node)| (total, reader.id_of(node), node)).collect();
    reached.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    (reached, all)
}

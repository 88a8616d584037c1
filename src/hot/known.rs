//! Cues that a space knows: what a text about to be stored may name.

use super::{find, queue};
use engram_engine::cues::Phrase;
use engram_region::State;

/// Phrases looked up under one hold of the lock.
const BATCH: usize = 512;
/// A name of one word is rare while at most this many memories mention it, or one in [`RARE_SHARE`].
const RARE: u32 = 2;
const RARE_SHARE: u32 = 500;

/// Whether the space knows the name of each phrase: some committed memory mentions it, or one of this transaction does.
///
/// A name of one word counts where some memory is about it and few mention it: other words that were once capitalised are
/// mostly words like any other. A space that is not in the hot tier knows only what this transaction named.
pub fn known(space: &str, phrases: &[Phrase]) -> Vec<bool> {
    let mut known = queue::with(|q| {
        let named = |p: &Phrase| q.names(space, p.hash).is_some_and(|about| about || !p.is_one_word());
        phrases.iter().map(named).collect::<Vec<bool>>()
    });
    let Some((hot, place)) = find(space) else {
        return known;
    };
    for (known, phrases) in known.chunks_mut(BATCH).zip(phrases.chunks(BATCH)) {
        hot.read(place, |s| {
            if s.state() != State::Ready {
                return;
            }
            let rare = RARE.max(s.memories() / RARE_SHARE);
            for (known, phrase) in known.iter_mut().zip(phrases).filter(|(known, _)| !**known) {
                let Some(cue) = s.mentions_of(phrase.hash) else { continue };
                *known = cue.memories > 0 && (!phrase.is_one_word() || (cue.about > 0 && cue.memories <= rare));
            }
        });
    }
    known
}

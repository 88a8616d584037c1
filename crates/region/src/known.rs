//! What a space knows of a cue: what texts about to be stored are compared with.

use crate::record::{ABOUT, Cue};
use crate::space::Space;

/// Who mentions a cue, as far as settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mentions {
    /// Memories that mention it.
    pub memories: u32,
    /// Those of them that are about it.
    pub about: u32,
}

impl Space<'_> {
    /// Who mentions a cue; none where nothing ever did.
    pub fn mentions_of(&self, hash: u64) -> Option<Mentions> {
        let cue: Cue = self.region.read(self.cue_at(self.find_cue(hash)?));
        Some(Mentions { memories: cue.df, about: cue.about })
    }

    /// Whether a version that was made before transaction `xid` mentions a cue, or so many do that the cue may pass for known.
    pub fn is_mentioned_before(&self, hash: u64, xid: u64) -> bool {
        let Some(at) = self.find_cue(hash).map(|i| self.cue_at(i)) else { return false };
        let cue: Cue = self.region.read(at);
        const MOST: u32 = 4_096;
        let mut before = cue.mentions.n > MOST;
        crate::chunks::while_each(&self.region, &cue.mentions, |run| {
            before = before || run.iter().any(|m| self.node(m & !ABOUT).xmin < xid);
            !before
        });
        before
    }
}

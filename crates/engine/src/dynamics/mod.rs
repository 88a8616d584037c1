//! Memory dynamics: what time, use and rivals do to what matches.
//!
//! Nothing here ticks: each term is a closed formula of what is stored and `now`, an argument.

pub mod decay;
pub mod interference;
pub mod priming;

/// What time, rivals and recent use do to the evidence of a row; the default leaves it as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Effects {
    /// Share of the evidence that forgetting takes away, 0 to 1.
    pub decay: f32,
    /// Share of what is left that similar memories take away, 0 to 1.
    pub interference: f32,
    /// Evidence that recent activation adds, zero or more.
    pub priming: f32,
}

impl Effects {
    /// The evidence of a row whose match alone has `matched`.
    pub fn on(&self, matched: f32) -> f32 {
        self.unprimed(matched) + self.priming.max(0.0)
    }

    /// What is left of `matched` without priming.
    pub fn unprimed(&self, matched: f32) -> f32 {
        let [decay, interference] = self.losses(matched);
        matched - decay - interference
    }

    /// What decay and interference take of `matched`, each zero or more and together no more than there is.
    pub fn losses(&self, matched: f32) -> [f32; 2] {
        let decay = matched * self.decay.clamp(0.0, 1.0);
        [decay, (matched - decay) * self.interference.clamp(0.0, 1.0)]
    }
}

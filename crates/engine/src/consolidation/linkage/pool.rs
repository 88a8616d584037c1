//! Threads for a run, and the two questions every loop asks: may I go on, and how many of us are there.

use super::Stopped;
use rayon::prelude::*;
use std::sync::atomic::{AtomicBool, Ordering};

/// A pool of its own, so that a run takes no more threads than it was given; none at all for one thread.
///
/// Threads inherit the signal mask of the caller, who blocks signals first where that matters.
pub(super) struct Pool<'a> {
    pool: Option<rayon::ThreadPool>,
    threads: usize,
    cancel: &'a AtomicBool,
}

impl<'a> Pool<'a> {
    /// A pool of `threads`; of one where the system gives no more.
    pub(super) fn new(threads: usize, cancel: &'a AtomicBool) -> Pool<'a> {
        let pool = match threads {
            0 | 1 => None,
            n => rayon::ThreadPoolBuilder::new().num_threads(n).thread_name(|i| format!("linkage {i}")).build().ok(),
        };
        let threads = if pool.is_some() { threads } else { 1 };
        Pool { pool, threads, cancel }
    }

    /// The same without threads, for one part of a parallel whole.
    pub(super) fn alone(&self) -> Pool<'a> {
        Pool { pool: None, threads: 1, cancel: self.cancel }
    }

    pub(super) fn threads(&self) -> usize {
        self.threads
    }

    /// Asked every millisecond or so.
    pub(super) fn check(&self) -> Result<(), Stopped> {
        if self.cancel.load(Ordering::Relaxed) { Err(Stopped) } else { Ok(()) }
    }

    /// `f` of every item, in the order of the items.
    pub(super) fn map<T: Send, R: Send>(&self, items: Vec<T>, f: impl Fn(T) -> R + Sync + Send) -> Vec<R> {
        match &self.pool {
            Some(pool) if items.len() > 1 => pool.install(|| items.into_par_iter().map(f).collect()),
            _ => items.into_iter().map(f).collect(),
        }
    }
}

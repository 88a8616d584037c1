//! Which rows are returned: the first `k`, or the best set under a budget of tokens.
//!
//! Rows are offered in order of score. Without a budget the first `k` are taken. With one, a row is left out when it nearly repeats
//! one that was taken, or when it does not fit in what is left, and the next is looked at: greedy by score. The order of score
//! per token was measured too and rejected (`docs/decisions/0008-best-set-under-a-budget.md`).
//! Pure: what is offered, and how many rows are looked at, is the caller's.

use super::Recalled;
use engram_engine::code::NEARLY_SAME;
use engram_engine::text;
use engram_region::dense::Query;
use rustc_hash::FxHashSet;
use std::collections::VecDeque;

/// Bytes of a token.
const TOKEN_BYTES: usize = 4;

/// Taken rows that a row is compared with, the latest ones: those whose scores are nearest. Bounds the work of a budget of
/// millions of tokens.
const COMPARED: usize = 1_000;

/// Rows taken so far.
pub struct Selection {
    k: usize,
    budget: Option<Budget>,
    taken: Vec<Recalled>,
    /// Rows that nearly repeated one that was taken.
    pub repeated: usize,
    /// Rows that did not fit in what was left of the budget.
    pub unfit: usize,
}

struct Budget {
    whole: usize,
    left: usize,
    /// Digests of their normal forms.
    texts: FxHashSet<u64>,
    codes: VecDeque<Query>,
}

impl Budget {
    fn new(whole: usize) -> Budget {
        Budget { whole, left: whole, texts: FxHashSet::default(), codes: VecDeque::new() }
    }
}

/// Tokens of a text.
pub fn tokens(content: &str) -> usize {
    content.len().div_ceil(TOKEN_BYTES)
}

impl Selection {
    /// At most `k` rows, of at most `max_tokens` together.
    pub fn new(k: usize, max_tokens: Option<usize>) -> Selection {
        Selection { k, budget: max_tokens.map(Budget::new), taken: Vec::new(), repeated: 0, unfit: 0 }
    }

    /// Nothing more can be taken.
    pub fn is_full(&self) -> bool {
        self.taken.len() >= self.k || self.budget.as_ref().is_some_and(|b| b.left == 0)
    }

    /// Rows taken so far.
    pub fn taken(&self) -> usize {
        self.taken.len()
    }

    /// Looks at the next row in order of score.
    pub fn offer(&mut self, row: Recalled) {
        if self.is_full() {
            return;
        }
        if let Some(budget) = &mut self.budget {
            // The same text as remembering recognises it: case and spacing make no difference; punctuation does, -5 is not 5.
            let text = text::digest(&row.row.content);
            if budget.texts.contains(&text) || budget.nearly_has(&row) {
                self.repeated += 1;
                return;
            }
            let cost = tokens(&row.row.content);
            if cost > budget.left {
                self.unfit += 1;
                return;
            }
            budget.left -= cost;
            budget.texts.insert(text);
            if let Some(code) = &row.hit.code {
                budget.codes.push_back(Query::new(code.clone()));
                if budget.codes.len() > COMPARED {
                    budget.codes.pop_front();
                }
            }
        }
        self.taken.push(row);
    }

    /// Forgets what was taken: the search is done once more.
    pub fn restart(&mut self) {
        *self = Selection::new(self.k, self.budget.as_ref().map(|b| b.whole));
    }

    /// The rows, best first.
    pub fn into_rows(self) -> Vec<Recalled> {
        self.taken
    }
}

impl Budget {
    fn nearly_has(&self, row: &Recalled) -> bool {
        let Some(code) = &row.hit.code else { return false };
        let mut same = self.codes.iter().filter(|taken| taken.dims() == code.values.len());
        same.any(|taken| taken.similarity(&code.values, code.scale) >= NEARLY_SAME)
    }
}

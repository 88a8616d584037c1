//! The attractor: a modern Hopfield network over stored patterns.
//!
//! Ramsauer et al. 2020, "Hopfield Networks is All You Need": with the patterns as the rows of X, the state xi becomes
//! X^T softmax(beta X xi). One step is a step of the concave-convex procedure on
//!
//! E(xi) = -lse(beta, X xi + h) + xi^T xi / 2 + ln(n) / beta + 1/2,
//!
//! so the energy never rises. Here two things of a cue stay while the state moves, which changes nothing of that: h, what else than the
//! embedding speaks for each pattern (an external field), and elements of the embedding that are known. For those the step minimises over the
//! others alone.
//!
//! Sums run in a fixed order and exponentials come from `libm`: the same patterns give the same bytes on every machine.

/// Stored patterns: embeddings at length 1.
pub struct Patterns {
    dims: usize,
    rows: Vec<f32>,
    present: Vec<bool>,
}

/// Sums that run side by side; their order is part of the result.
const LANES: usize = 8;

fn dot(a: &[f32], b: &[f64]) -> f64 {
    let mut lanes = [0.0f64; LANES];
    let (a, b) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest: f64 = a.remainder().iter().zip(b.remainder()).map(|(x, y)| f64::from(*x) * y).sum();
    for (x, y) in a.zip(b) {
        for lane in 0..LANES {
            lanes[lane] += f64::from(x[lane]) * y[lane];
        }
    }
    lanes.iter().sum::<f64>() + rest
}

/// A vector at length 1; none where it has no direction.
pub fn unit(vector: &[f32]) -> Option<Vec<f64>> {
    let wide: Vec<f64> = vector.iter().map(|x| f64::from(*x)).collect();
    let length = wide.iter().map(|x| x * x).sum::<f64>().sqrt();
    (length > 0.0 && length.is_finite()).then(|| wide.iter().map(|x| x / length).collect())
}

impl Patterns {
    /// No patterns yet, of so many dimensions.
    pub fn new(dims: usize) -> Patterns {
        Patterns { dims, rows: Vec::new(), present: Vec::new() }
    }

    /// Adds a pattern. One without an embedding, or with another number of dimensions, is there by its held evidence alone.
    pub fn push(&mut self, embedding: Option<&[f32]>) {
        let unit = embedding.filter(|e| e.len() == self.dims).and_then(unit);
        self.present.push(unit.is_some());
        match unit {
            Some(unit) => self.rows.extend(unit.iter().map(|x| *x as f32)),
            None => self.rows.resize(self.rows.len() + self.dims, 0.0),
        }
    }

    pub fn len(&self) -> usize {
        self.present.len()
    }

    pub fn is_empty(&self) -> bool {
        self.present.is_empty()
    }

    pub fn dims(&self) -> usize {
        self.dims
    }

    /// A pattern; all zero where it has no embedding.
    pub fn row(&self, i: usize) -> &[f32] {
        &self.rows[i * self.dims..(i + 1) * self.dims]
    }

    /// Whether a pattern has an embedding.
    pub fn has(&self, i: usize) -> bool {
        self.present[i]
    }

    /// Cosine of two patterns; none where one has no embedding.
    pub fn cosine(&self, i: usize, j: usize) -> Option<f64> {
        let wide = |i: usize| self.row(i).iter().map(|x| f64::from(*x)).collect::<Vec<f64>>();
        (self.has(i) && self.has(j)).then(|| dot(self.row(i), &wide(j)).clamp(-1.0, 1.0))
    }

    /// Dot products of all patterns with a vector.
    pub fn times(&self, vector: &[f64]) -> Vec<f64> {
        (0..self.len()).map(|i| if self.has(i) { dot(self.row(i), vector) } else { 0.0 }).collect()
    }

    /// The mean of all patterns by weights.
    pub fn mean(&self, weights: &[f64]) -> Vec<f64> {
        let mut out = vec![0.0; self.dims];
        for (i, weight) in weights.iter().enumerate().filter(|(i, w)| **w > 0.0 && self.has(*i)) {
            out.iter_mut().zip(self.row(i)).for_each(|(sum, x)| *sum += weight * f64::from(*x));
        }
        out
    }
}

/// Where the state starts and what of it stays.
pub struct Cue<'a> {
    /// The state to start from, of the dimensions of the patterns; none starts at the origin.
    pub start: Option<&'a [f64]>,
    /// Elements of the state that stay; none of it, or one for each dimension.
    pub known: &'a [Option<f64>],
    /// What else than the embedding speaks for each pattern, as a similarity.
    pub held: &'a [f64],
}

/// How the state moves.
#[derive(Debug, Clone, Copy)]
pub struct Config {
    /// Inverse temperature, above 0.
    pub beta: f64,
    /// Most steps.
    pub most: u32,
    /// It is at rest when neither the state nor any weight moves farther in a step.
    pub tolerance: f64,
}

impl Config {
    /// The usual one for an inverse temperature. Between two attractors a state may creep; 100 steps of 256 patterns take milliseconds.
    pub fn new(beta: f64) -> Config {
        Config { beta, most: 100, tolerance: 1e-4 }
    }
}

/// Where the state came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Settled {
    /// Weight of each pattern: together 1.
    pub weights: Vec<f64>,
    pub state: Vec<f64>,
    /// It came to rest.
    pub converged: bool,
    pub iterations: u32,
    pub energy: f64,
}

/// Lets a cue settle among patterns. `check` is called at every step.
pub fn settle(patterns: &Patterns, cue: &Cue<'_>, config: &Config, check: &mut dyn FnMut()) -> Settled {
    let hold = |state: &mut [f64]| {
        state.iter_mut().zip(cue.known).filter_map(|(x, k)| Some((x, (*k)?))).for_each(|(x, known)| *x = known);
    };
    let mut state = cue.start.map_or_else(|| vec![0.0; patterns.dims], <[f64]>::to_vec);
    hold(&mut state);
    let mut fields = fields(patterns, &state, cue.held);
    let mut weights = softmax(&fields, config.beta);
    let (mut converged, mut iterations) = (patterns.is_empty(), 0);
    while !converged && iterations < config.most {
        check();
        let mut next = patterns.mean(&weights);
        hold(&mut next);
        fields = self::fields(patterns, &next, cue.held);
        let moved_weights = softmax(&fields, config.beta);
        let moved = state.iter().zip(&next).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt();
        let shifted = weights.iter().zip(&moved_weights).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        converged = moved.max(shifted) <= config.tolerance;
        (state, weights) = (next, moved_weights);
        iterations += 1;
    }
    let energy = energy(&fields, &state, cue.known, config.beta);
    Settled { weights, state, converged, iterations, energy }
}

/// What speaks for each pattern in a state.
fn fields(patterns: &Patterns, state: &[f64], held: &[f64]) -> Vec<f64> {
    patterns.times(state).iter().zip(held).map(|(x, h)| x + h).collect()
}

fn softmax(fields: &[f64], beta: f64) -> Vec<f64> {
    let most = fields.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let powers: Vec<f64> = fields.iter().map(|x| libm::exp(beta * (x - most))).collect();
    let sum: f64 = powers.iter().sum();
    powers.iter().map(|p| p / sum).collect()
}

/// The energy of a state, up to the constant of its known elements; zero without patterns.
fn energy(fields: &[f64], state: &[f64], known: &[Option<f64>], beta: f64) -> f64 {
    if fields.is_empty() {
        return 0.0;
    }
    let most = fields.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = fields.iter().map(|x| libm::exp(beta * (x - most))).sum();
    let free = state.iter().enumerate().filter(|(i, _)| known.get(*i).is_none_or(Option::is_none));
    let squares: f64 = free.map(|(_, x)| x * x).sum();
    -(most + libm::log(sum) / beta) + 0.5 * squares + libm::log(fields.len() as f64) / beta + 0.5
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const DIMS: usize = 16;

    fn patterns(rows: &[Vec<f32>]) -> Patterns {
        let mut patterns = Patterns::new(DIMS);
        rows.iter().for_each(|row| patterns.push(Some(row)));
        patterns
    }

    fn rows() -> impl Strategy<Value = Vec<Vec<f32>>> {
        let direction = |v: &Vec<f32>| v.iter().any(|x| x.abs() > 0.1);
        let row = proptest::collection::vec(-1.0f32..1.0, DIMS).prop_filter("a direction", direction);
        proptest::collection::vec(row, 1..24)
    }

    proptest! {
        #[test]
        fn the_energy_never_rises_and_weights_are_shares(
            rows in rows(),
            start in proptest::collection::vec(-1.0f32..1.0, DIMS),
            known in proptest::collection::vec(proptest::option::weighted(0.3, -0.5f64..0.5), DIMS),
            held in proptest::collection::vec(-1.0f64..1.0, 24),
            beta in 0.1f64..200.0,
            holds in any::<bool>(),
        ) {
            let patterns = patterns(&rows);
            let start: Vec<f64> = start.iter().map(|x| f64::from(*x)).collect();
            let known = if holds { &known[..] } else { &[] };
            let cue = Cue { start: Some(&start), known, held: &held[..rows.len()] };
            let run = |most| settle(&patterns, &cue, &Config { beta, most, tolerance: 0.0 }, &mut || ());
            let mut before = run(0);
            for most in 1..12 {
                let after = run(most);
                prop_assert!(after.energy <= before.energy + 1e-9, "{} after {}", after.energy, before.energy);
                prop_assert!((after.weights.iter().sum::<f64>() - 1.0).abs() < 1e-9);
                prop_assert!(after.weights.iter().all(|w| (0.0..=1.0).contains(w)));
                for (x, known) in after.state.iter().zip(known).filter_map(|(x, k)| Some((x, (*k)?))) {
                    prop_assert_eq!(*x, known);
                }
                before = after;
            }
        }

        #[test]
        fn a_stored_pattern_that_stands_apart_is_a_fixed_point_at_a_high_beta(rows in rows(), pick in any::<prop::sample::Index>()) {
            let patterns = patterns(&rows);
            let i = pick.index(rows.len());
            let nearest = (0..rows.len()).filter(|j| *j != i).filter_map(|j| patterns.cosine(i, j)).fold(-1.0, f64::max);
            prop_assume!(nearest < 0.9);
            let start: Vec<f64> = patterns.row(i).iter().map(|x| f64::from(*x)).collect();
            let held = vec![0.0; rows.len()];
            let cue = Cue { start: Some(&start), known: &[], held: &held };
            let settled = settle(&patterns, &cue, &Config::new(300.0), &mut || ());
            prop_assert!(settled.converged);
            prop_assert!(settled.weights[i] > 0.999);
            let far = settled.state.iter().zip(&start).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            prop_assert!(far < 1e-3, "moved {far}");
        }

        #[test]
        fn it_comes_to_rest_at_the_usual_temperature(rows in rows(), start in proptest::collection::vec(-1.0f32..1.0, DIMS)) {
            let patterns = patterns(&rows);
            prop_assume!(unit(&start).is_some());
            let start = unit(&start).unwrap();
            let anchored: Vec<f64> = patterns.times(&start).iter().map(|x| x * crate::pattern::ANCHOR).collect();
            let cue = Cue { start: Some(&start), known: &[], held: &anchored };
            let config = Config { most: 10_000, ..Config::new(crate::pattern::BETA) };
            let settled = settle(&patterns, &cue, &config, &mut || ());
            prop_assert!(settled.converged);
            let again = settle(&patterns, &cue, &config, &mut || ());
            prop_assert_eq!(&again, &settled);
            // At rest, one more step leads nowhere.
            let cue = Cue { start: Some(&settled.state), known: &[], held: &anchored };
            prop_assert!(settle(&patterns, &cue, &config, &mut || ()).iterations <= 2);
        }
    }

    #[test]
    fn a_corrupted_pattern_is_restored_from_what_is_known_of_it() {
        let rows: Vec<Vec<f32>> = (0..9)
            .map(|i| (0..DIMS).map(|d| (((i * 7 + d * 5) * (i + 3) + d * d) % 11) as f32 - 5.0).collect())
            .collect();
        let patterns = patterns(&rows);
        let held = vec![0.0; rows.len()];
        for i in 0..rows.len() {
            let known: Vec<Option<f64>> =
                patterns.row(i).iter().enumerate().map(|(d, x)| (d < DIMS / 2).then_some(f64::from(*x))).collect();
            let cue = Cue { start: None, known: &known, held: &held };
            let settled = settle(&patterns, &cue, &Config::new(50.0), &mut || ());
            assert!(settled.converged && settled.weights[i] > 0.9, "{i}: {:?}", settled.weights);
            let far =
                settled.state.iter().zip(patterns.row(i)).map(|(a, b)| (a - f64::from(*b)).abs()).fold(0.0, f64::max);
            assert!(far < 0.1, "{i}: {far}");
        }
    }

    #[test]
    fn without_embeddings_what_is_held_decides() {
        let mut patterns = Patterns::new(0);
        (0..3).for_each(|_| patterns.push(None));
        let cue = Cue { start: None, known: &[], held: &[0.5, 0.0, 0.5] };
        let settled = settle(&patterns, &cue, &Config::new(20.0), &mut || ());
        assert!(settled.converged && settled.iterations == 1);
        assert!(settled.weights[0] == settled.weights[2] && settled.weights[0] > 0.49);
        let none =
            settle(&Patterns::new(4), &Cue { start: None, known: &[], held: &[] }, &Config::new(1.0), &mut || ());
        assert!(none.converged && none.weights.is_empty() && none.energy == 0.0);
    }

    #[test]
    fn a_limit_of_steps_is_told() {
        let patterns = patterns(&[vec![1.0; DIMS], (0..DIMS).map(|d| d as f32 - 8.0).collect()]);
        let mut steps = 0;
        let cue = Cue { start: None, known: &[], held: &[0.0, 0.01] };
        let config = Config { beta: 1.0, most: 1, tolerance: 1e-12 };
        let settled = settle(&patterns, &cue, &config, &mut || steps += 1);
        assert!(!settled.converged && settled.iterations == 1 && steps == 1);
    }
}

//! One memory through an experiment: when it was used, how stable it has become, and what of it is left at a time.

/// Days in a second, a minute.
pub const SECOND: f64 = 1.0 / 86_400.0;
pub const MINUTE: f64 = 1.0 / 1_440.0;

pub const EXPONENT: f64 = 0.5;
pub const STABILITY: f64 = 1.0;
pub const GAIN: f64 = 1.0;

#[derive(Clone, Debug)]
pub struct Course {
    exponent: f64,
    gain: f64,
    stability: f64,
    uses: Vec<f64>,
}

impl Course {
    pub fn new(stability: f64, exponent: f64, gain: f64) -> Course {
        Course { exponent, gain, stability, uses: Vec::new() }
    }

    pub fn used(&mut self, at: f64) {
        if let Some(last) = self.uses.last() {
            let f = libm::pow(1.0 + (at - last) / self.stability, -self.exponent);
            self.stability *= 1.0 + self.gain * (1.0 - f);
        }
        self.uses.push(at);
    }

    pub fn retrievability(&self, at: f64) -> f64 {
        1.0 - self
            .uses
            .iter()
            .map(|u| 1.0 - libm::pow(1.0 + (at - u) / self.stability, -self.exponent))
            .product::<f64>()
    }
}

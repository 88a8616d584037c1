//! The signature of a run: a hash of its beliefs, the same whatever their order.

use super::belief::Belief;
use super::identity::Descent;
use xxhash_rust::xxh3::{Xxh3, xxh3_128};

/// xxh3-128 of the canonical bytes of the beliefs in ascending order of id, big-endian.
///
/// Numbers go in by their bits, texts and lists with their length in front, so that no two outcomes have the same bytes. No clock and
/// nothing else of the run is in it.
pub fn signature(beliefs: &[Belief]) -> [u8; 16] {
    let mut hashes: Vec<([u8; 16], u128)> = beliefs.iter().map(|b| (b.id, xxh3_128(&bytes(b)))).collect();
    hashes.sort_unstable();
    let mut all = Xxh3::new();
    all.update(&(hashes.len() as u64).to_le_bytes());
    for (id, hash) in hashes {
        all.update(&id);
        all.update(&hash.to_le_bytes());
    }
    all.digest128().to_be_bytes()
}

/// The canonical bytes of a belief.
pub fn bytes(belief: &Belief) -> Vec<u8> {
    let mut out = Writer(Vec::with_capacity(256 + belief.citations.len() * 32 + belief.centroid.len() * 4));
    out.id(&belief.id);
    out.text(&belief.content);
    out.text(&belief.quote);
    out.id(&belief.central);
    out.length(belief.terms.len());
    belief.terms.iter().for_each(|term| out.text(term));
    out.length(belief.centroid.len());
    belief.centroid.iter().for_each(|&x| out.real(x));
    out.length(belief.citations.len());
    for citation in &belief.citations {
        out.id(&citation.evidence);
        out.0.push(u8::from(citation.supports));
        out.real(citation.weight);
        out.time(citation.at);
    }
    out.real(belief.evidence_for);
    out.real(belief.evidence_against);
    out.length(belief.sources as usize);
    out.time(belief.first_at);
    out.time(belief.last_at);
    out.length(belief.count as usize);
    out.real(belief.cohesion);
    match &belief.regularity {
        Some(rhythm) => {
            out.0.push(1);
            out.time(rhythm.period_us);
            out.real(rhythm.strength);
            out.0.extend_from_slice(&rhythm.p_value.to_bits().to_le_bytes());
        }
        None => out.0.push(0),
    }
    let mut parents = belief.parents.clone();
    parents.sort_unstable();
    out.length(parents.len());
    for parent in parents {
        out.id(&parent.id);
        out.0.push(u8::from(parent.descent == Descent::Split));
    }
    out.length(belief.contradicts.len());
    belief.contradicts.iter().for_each(|id| out.id(id));
    out.0
}

struct Writer(Vec<u8>);

impl Writer {
    fn id(&mut self, id: &[u8; 16]) {
        self.0.extend_from_slice(id);
    }

    fn length(&mut self, length: usize) {
        self.0.extend_from_slice(&(length as u64).to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.length(text.len());
        self.0.extend_from_slice(text.as_bytes());
    }

    fn real(&mut self, x: f32) {
        // Zero has two spellings.
        self.0.extend_from_slice(&(if x == 0.0 { 0.0f32 } else { x }).to_bits().to_le_bytes());
    }

    fn time(&mut self, at: i64) {
        self.0.extend_from_slice(&at.to_le_bytes());
    }
}

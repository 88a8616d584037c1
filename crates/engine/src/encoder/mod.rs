//! The built-in encoder: a vector for a text, with no model to run and nothing to fetch.
//!
//! Every token of WordPiece's vocabulary has a vector, and a text points where the weighted sum of the vectors of its tokens
//! points. The vectors were fitted once so that these sums point where all-MiniLM-L6-v2 (Reimers and Gurevych 2019; Wang et
//! al. 2020) puts whole sentences; `scripts/encoder` has the programs and the figures. The order of words does not count.
//!
//! Sums are integer sums and the one square root is exact, so that a text has the same vector, to the last bit, on every machine.
//! The model learnt from English. Other languages get stable vectors from the pieces the vocabulary has of
//! them, which say little about meaning.

mod table;
mod wordpiece;

/// Which table this is. Vectors of different names must not be compared.
pub const NAME: &str = "engram-minilm-256-1";

/// The length of a vector.
pub const DIMENSIONS: usize = 256;

/// Tokens added up in `i32` before the sums move to `i64`.
const CARRY: usize = 4_096;

const _: () = assert!(table::MOST_WEIGHT as i64 * 127 * (CARRY as i64) < 1 << 31);

/// Tokens whose rows are fetched together, so that the processor waits for many of them at once.
const BATCH: usize = 64;

/// The vector of a text: of unit length, or `None` when no word of it is known (it is empty, or all of it is in characters that
/// the vocabulary lacks).
///
/// Costs microseconds for a sentence, and does not allocate for ASCII text. Any length of text is taken, whole.
pub fn embed(text: &str) -> Option<[f32; DIMENSIONS]> {
    let mut sum = Sum { total: [0; DIMENSIONS], part: [0; DIMENSIONS], added: 0 };
    let mut batch = [0; BATCH];
    let mut waiting = 0;
    wordpiece::tokens(text, &mut |token| {
        batch[waiting] = token;
        waiting += 1;
        if waiting == BATCH {
            sum.add(&batch);
            waiting = 0;
        }
    });
    sum.add(&batch[..waiting]);
    sum.direction()
}

/// The numbers of a text's tokens, 0 to 30,521, without `[CLS]` and `[SEP]`; 100 (`[UNK]`) for a word that is not known.
///
/// Equal to what the `tokenizers` crate gives for BERT's uncased vocabulary, but for special tokens spelt out in the text.
pub fn token_ids(text: &str) -> Vec<u16> {
    let mut ids = Vec::with_capacity(text.len() / 4 + 1);
    wordpiece::tokens(text, &mut |token| ids.push(token));
    ids
}

struct Sum {
    total: [i64; DIMENSIONS],
    part: [i32; DIMENSIONS],
    /// Tokens in `part`.
    added: usize,
}

impl Sum {
    /// At most [`BATCH`] tokens.
    fn add(&mut self, tokens: &[u16]) {
        // Four rows at a time: the sums are loaded and stored once for them.
        for some in tokens.chunks(4) {
            let four: [u16; 4] = std::array::from_fn(|i| some.get(i).copied().unwrap_or(table::UNKNOWN));
            let [a, b, c, d] = four.map(table::row);
            let [wa, wb, wc, wd] = four.map(|t| i32::from(table::weight(t)));
            for (i, sum) in self.part.iter_mut().enumerate() {
                let [xa, xb, xc, xd] = [a, b, c, d].map(|row| i32::from(row[i] as i8));
                *sum += wa * xa + wb * xb + wc * xc + wd * xd;
            }
        }
        self.added += tokens.len();
        if self.added > CARRY - BATCH {
            self.carry();
        }
    }

    fn carry(&mut self) {
        for (total, part) in self.total.iter_mut().zip(&mut self.part) {
            *total += i64::from(std::mem::take(part));
        }
        self.added = 0;
    }

    fn direction(mut self) -> Option<[f32; DIMENSIONS]> {
        self.carry();
        // A sum of n tokens is below n * 2^19, so that its square fits for any text that fits into memory.
        let squares: u128 = self.total.iter().map(|&x| u128::from(x.unsigned_abs()).pow(2)).sum();
        let length = (squares as f64).sqrt();
        (squares > 0).then(|| self.total.map(|x| (x as f64 / length) as f32))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn between(a: &str, b: &str) -> f32 {
        let (a, b) = (embed(a).unwrap(), embed(b).unwrap());
        a.iter().zip(&b).map(|(x, y)| x * y).sum()
    }

    #[test]
    fn text_without_a_known_word_has_no_vector() {
        for text in ["", " \n\t", "\u{0}\u{ad}", "\u{1f600}", "\u{12000}\u{12001} \u{1f600}"] {
            assert_eq!(embed(text), None, "{text:?}");
        }
        assert!(embed("\u{1f600} tea").is_some());
        assert_eq!(embed("\u{1f600} tea"), embed("tea"));
    }

    #[test]
    fn meaning_brings_texts_together() {
        let close = between("The cat sat on the sofa.", "A kitten is sitting on the couch.");
        let far = between("The cat sat on the sofa.", "Interest rates were raised by the central bank.");
        assert!(close > far + 0.3, "{close} against {far}");
        assert!(
            between("When was she born?", "her date of birth") > between("When was she born?", "his favourite soup")
        );
    }

    #[test]
    fn case_accents_and_the_order_of_words_do_not_count() {
        assert_eq!(embed("Caf\u{e9} in Malm\u{f6}"), embed("malmo in CAFE"));
        assert_eq!(embed("e\u{301}tude"), embed("\u{e9}tude"));
    }

    #[test]
    fn a_long_text_points_where_its_parts_point() {
        let once = embed("the keeper of the lighthouse").unwrap();
        let often = embed(&"the keeper of the lighthouse ".repeat(20_000)).unwrap();
        assert!(once.iter().zip(&often).all(|(x, y)| (x - y).abs() < 1e-6));
    }

    #[test]
    fn a_table_keeps_its_name_as_long_as_it_keeps_its_vectors() {
        let texts = [
            "The keeper of the lighthouse wrote every night what the sea had brought.",
            "What did Anna say about the trip?",
            "caf\u{e9}",
        ];
        let bits: Vec<u8> =
            texts.iter().flat_map(|t| embed(t).unwrap()).flat_map(|x| x.to_bits().to_le_bytes()).collect();
        // Vectors in users' tables are compared with new ones: another table or another sum needs another name.
        assert_eq!((NAME, xxhash_rust::xxh3::xxh3_64(&bits)), ("engram-minilm-256-1", 16_368_590_096_462_998_193));
    }

    proptest! {
        #[test]
        fn any_text_has_a_vector_of_unit_length_or_none(text in "\\PC{0,80}", n in 1usize..4) {
            let text = text.repeat(n);
            let known = token_ids(&text).iter().any(|&t| t != table::UNKNOWN);
            let vector = embed(&text);
            prop_assert_eq!(vector.is_some(), known);
            if let Some(v) = vector {
                let length: f64 = v.iter().map(|&x| f64::from(x) * f64::from(x)).sum();
                prop_assert!((length - 1.0).abs() < 1e-5);
            }
        }
    }
}

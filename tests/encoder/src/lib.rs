//! The reference that the encoder's tokens are compared with: BERT's uncased pipeline out of the `tokenizers` crate.

use std::path::Path;
use tokenizers::models::wordpiece::WordPiece;
use tokenizers::normalizers::BertNormalizer;
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;
use tokenizers::{Model, OffsetReferential, OffsetType, PreTokenizedString};
use tokenizers::{NormalizedString, Normalizer, PreTokenizer};

/// The reference tokenizer, with the vocabulary of `data/vocab.txt`.
pub struct Reference {
    model: WordPiece,
}

impl Reference {
    /// Reads the vocabulary.
    ///
    /// # Panics
    /// If the file is not there.
    pub fn new() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/vocab.txt");
        let model = WordPiece::from_file(&path.display().to_string()).unk_token("[UNK]".into()).build();
        Self { model: model.expect("the vocabulary is part of the repository") }
    }

    /// The numbers of a text's tokens, without special tokens.
    ///
    /// # Panics
    /// If the reference refuses the text, which it never does.
    pub fn token_ids(&self, text: &str) -> Vec<u16> {
        let mut normalized = NormalizedString::from(text);
        BertNormalizer::new(true, true, None, true).normalize(&mut normalized).expect("any text can be normalised");
        let mut split = PreTokenizedString::from(normalized);
        BertPreTokenizer.pre_tokenize(&mut split).expect("any text can be split");
        let mut ids = Vec::new();
        for (word, _, _) in split.get_splits(OffsetReferential::Normalized, OffsetType::None) {
            ids.extend(self.model.tokenize(word).expect("[UNK] is in the vocabulary").iter().map(|t| t.id as u16));
        }
        ids
    }
}

impl Default for Reference {
    fn default() -> Self {
        Self::new()
    }
}

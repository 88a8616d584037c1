//! The languages there is a stemmer for. The names are those PostgreSQL gives its text search configurations.

use crate::Error;
use rust_stemmers::Algorithm;
use std::{fmt, str::FromStr};

macro_rules! languages {
    ($($(#[$attribute:meta])* $variant:ident $name:literal,)*) => {
        /// Whose stemmer (and stop words) a space uses.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        pub enum Language {
            /// No stemmer and no stop words: words as they are.
            None,
            $(
                #[doc = concat!("`", $name, "`")]
                $(#[$attribute])*
                $variant,
            )*
        }

        impl Language {
            /// Every language, `none` first, then in the order of the alphabet.
            pub const ALL: &[Language] = &[Language::None, $(Language::$variant,)*];

            /// The name as it is written in settings.
            pub fn name(self) -> &'static str {
                match self {
                    Language::None => "none",
                    $(Language::$variant => $name,)*
                }
            }

            pub(super) fn algorithm(self) -> Option<Algorithm> {
                match self {
                    Language::None => None,
                    $(Language::$variant => Some(Algorithm::$variant),)*
                }
            }
        }
    };
}

languages! {
    Arabic "arabic",
    Danish "danish",
    Dutch "dutch",
    #[default] English "english",
    Finnish "finnish",
    French "french",
    German "german",
    Greek "greek",
    Hungarian "hungarian",
    Italian "italian",
    Norwegian "norwegian",
    Portuguese "portuguese",
    Romanian "romanian",
    Russian "russian",
    Spanish "spanish",
    Swedish "swedish",
    Tamil "tamil",
    Turkish "turkish",
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Language {
    type Err = Error;

    /// Reads a name, in any case.
    fn from_str(name: &str) -> Result<Language, Error> {
        Language::ALL
            .iter()
            .copied()
            .find(|l| l.name().eq_ignore_ascii_case(name))
            .ok_or_else(|| Error::UnsupportedLanguage(name.to_owned()))
    }
}

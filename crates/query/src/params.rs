//! Values that stand for `$name` in a query. They are tokens from the beginning and never text that is read: nothing in them can
//! become a word of the language.

use crate::token::{self, What};
use serde_json::Value;

/// Values by name.
#[derive(Debug, Default)]
pub struct Params(Vec<(String, Bound)>);

#[derive(Debug)]
enum Bound {
    Text(String),
    Number(String),
    Word(&'static str),
    Vector(Vec<f32>),
    Ids(Vec<[u8; 16]>),
    Object(String),
}

impl Params {
    /// From a JSON object: texts, numbers, booleans and nulls, arrays of numbers (vectors) or of ids, and objects. What is wrong
    /// otherwise.
    pub fn from_json(value: &Value) -> Result<Params, String> {
        let Value::Object(entries) = value else {
            return Err(format!("params must be a JSON object, not {value}"));
        };
        let bound = entries.iter().map(|(name, value)| Ok((name.clone(), bound(name, value)?)));
        bound.collect::<Result<_, String>>().map(Params)
    }

    /// Appends the tokens of a parameter: one, or several with commas between them. None where there is no such parameter.
    pub(crate) fn tokens<'a>(&'a self, name: &str) -> Option<Vec<What<'a>>> {
        let (_, bound) = self.0.iter().find(|(n, _)| n == name)?;
        Some(match bound {
            Bound::Text(text) => vec![What::Text(text.clone())],
            Bound::Number(number) => vec![What::Number(number)],
            Bound::Word(word) => vec![What::Word(word)],
            Bound::Vector(elements) => vec![What::Vector(elements.clone())],
            Bound::Object(text) => vec![What::Object(text)],
            Bound::Ids(ids) => {
                let mut out = Vec::with_capacity(ids.len() * 2);
                for id in ids {
                    if !out.is_empty() {
                        out.push(What::Sign(","));
                    }
                    out.push(What::Id(*id));
                }
                out
            }
        })
    }
}

fn bound(name: &str, value: &Value) -> Result<Bound, String> {
    Ok(match value {
        Value::String(text) => Bound::Text(text.clone()),
        Value::Number(number) => Bound::Number(number.to_string()),
        Value::Bool(true) => Bound::Word("true"),
        Value::Bool(false) => Bound::Word("false"),
        Value::Null => Bound::Word("null"),
        Value::Object(_) => Bound::Object(value.to_string()),
        Value::Array(elements) => {
            let numbers = elements.iter().map(|e| e.as_f64().map(|n| n as f32).filter(|n| n.is_finite()));
            let ids = elements.iter().map(|e| e.as_str().and_then(token::whole_id));
            if let Some(ids) = ids.collect::<Option<Vec<_>>>().filter(|ids| !ids.is_empty()) {
                Bound::Ids(ids)
            } else if let Some(vector) = numbers.collect::<Option<Vec<_>>>().filter(|v| !v.is_empty()) {
                if vector.len() > token::MOST_ELEMENTS {
                    return Err(format!("parameter ${name} has more than {} elements", token::MOST_ELEMENTS));
                }
                Bound::Vector(vector)
            } else {
                return Err(format!("parameter ${name} is neither a vector of numbers nor a list of ids"));
            }
        }
    })
}

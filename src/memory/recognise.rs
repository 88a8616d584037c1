//! What of a batch is there already, in the tables or earlier in the batch.

use super::duplicate::{self, Meaning, OnDuplicate, Text};
use crate::error::Error;
use crate::pg;
use crate::store::{self, batch::Batch, fault};
use pgrx::Uuid;
use std::collections::HashMap;

/// One element of a batch as far as it is recognised by.
pub struct Element {
    pub space: String,
    /// None without content, which storing refuses.
    pub text: Option<Text>,
    pub how: Option<OnDuplicate>,
    id: Option<String>,
}

impl Element {
    /// Whether the caller wants duplicates recognised, and not only those that we recognise by ourselves.
    fn is_explicit(&self) -> bool {
        self.how.is_some_and(|how| how != OnDuplicate::Store)
    }

    /// Whether it is looked for at all: an id speaks for itself.
    fn is_looked_for(&self) -> bool {
        let Some(id) = &self.id else { return self.how != Some(OnDuplicate::Store) };
        let is_new = |id: uuid::Uuid| !store::memory::exists(&self.space, Uuid::from_bytes(*id.as_bytes()));
        self.is_explicit() && id.parse().is_ok_and(is_new)
    }
}

/// What becomes of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is stored.
    New,
    /// This memory is there.
    Known([u8; 16]),
    /// It says what this earlier element says, by its position from 0.
    Same(usize),
}

/// The elements of a batch in order. An error names the position, counted from 1.
pub fn elements(batch: &Batch) -> Result<Vec<Element>, Error> {
    let mut elements = Vec::new();
    let mut wrong = None;
    batch.each_said(|said| {
        let how = OnDuplicate::parse(said.on_duplicate).unwrap_or_else(|error| {
            wrong.get_or_insert((elements.len() + 1, error));
            None
        });
        let text = said.content.map(|content| Text::new(content, said.context));
        elements.push(Element { space: said.space.to_owned(), text, how, id: said.id.map(str::to_owned) });
    });
    match wrong {
        Some((position, error)) => Err(fault::at_position(&error, position)),
        None => Ok(elements),
    }
}

/// What becomes of each element.
pub fn verdicts(batch: &Batch, elements: &[Element]) -> Vec<Verdict> {
    let looked_for: Vec<bool> = elements.iter().map(|e| e.text.is_some() && e.is_looked_for()).collect();
    let stored = stored_texts(elements, &looked_for);
    let meanings = meanings(batch, elements);
    let mut verdicts = vec![Verdict::New; elements.len()];
    // New texts by their key, and new meanings, as far as they have been met.
    let mut texts: HashMap<(&str, u32), Vec<usize>> = HashMap::new();
    let mut met: Vec<usize> = Vec::new();
    for (i, element) in elements.iter().enumerate() {
        let Some(text) = &element.text else { continue };
        let key = (element.space.as_str(), text.key());
        if looked_for[i] {
            let same = |j: &&usize| elements[**j].text.as_ref().is_some_and(|t| t.is_same(text));
            let meaning = meanings.get(i).and_then(Option::as_ref).filter(|_| element.is_explicit());
            let verdict = if let Some(id) = stored[i] {
                Verdict::Known(id)
            } else if let Some(j) = texts.get(&key).and_then(|before| before.iter().find(same)) {
                Verdict::Same(*j)
            } else if let Some(meaning) = meaning {
                pg::check_for_interrupts();
                let near = |j: &&usize| {
                    elements[**j].space == element.space && meanings[**j].as_ref().is_some_and(|m| meaning.is_near(m))
                };
                let before = || met.iter().find(near).map(|j| Verdict::Same(*j));
                duplicate::near(&element.space, meaning).map(Verdict::Known).or_else(before).unwrap_or(Verdict::New)
            } else {
                Verdict::New
            };
            verdicts[i] = verdict;
        }
        if verdicts[i] == Verdict::New {
            texts.entry(key).or_default().push(i);
            met.push(i);
        }
    }
    verdicts
}

/// For each element the memory in the tables that says the same.
fn stored_texts(elements: &[Element], looked_for: &[bool]) -> Vec<Option<[u8; 16]>> {
    let mut stored = vec![None; elements.len()];
    let mut spaces: HashMap<&str, Vec<usize>> = HashMap::new();
    for (i, element) in elements.iter().enumerate().filter(|(i, _)| looked_for[*i]) {
        spaces.entry(&element.space).or_default().push(i);
    }
    for (space, members) in spaces {
        let texts: Vec<Text> = members.iter().filter_map(|i| elements[*i].text.clone()).collect();
        let thorough = members.iter().any(|i| elements[*i].is_explicit());
        let found = duplicate::same_texts(space, &texts, thorough);
        members.into_iter().zip(found).for_each(|(i, id)| stored[i] = id);
    }
    stored
}

/// Embedding, cues and content of an element.
type Said = (Option<Vec<f32>>, Vec<String>, Option<String>);

/// The meanings of the elements, where any of them is to be recognised by it.
fn meanings(batch: &Batch, elements: &[Element]) -> Vec<Option<Meaning>> {
    if !elements.iter().any(Element::is_explicit) {
        return Vec::new();
    }
    let mut given: Vec<Said> = Vec::new();
    batch.each_meaning(|embedding, cues, content| {
        given.push((embedding.map(<[f32]>::to_vec), cues, content.map(str::to_owned)));
    });
    let meaning = |(element, (embedding, cues, content)): (&Element, &Said)| {
        Meaning::new(&element.space, embedding.as_deref(), cues, content.as_deref()?)
    };
    elements.iter().zip(&given).map(meaning).collect()
}

/// Strengthens the memories that are there, in the order of their ids; what was deleted in the meantime is new.
pub fn treat_known(elements: &[Element], verdicts: &mut [Verdict]) {
    let mut known: Vec<(&str, [u8; 16], usize)> = Vec::new();
    for (i, verdict) in verdicts.iter().enumerate() {
        if let Verdict::Known(id) = verdict {
            known.push((&elements[i].space, *id, i));
        }
    }
    known.sort_unstable();
    for (space, id, i) in known {
        if !duplicate::treat(space, id, elements[i].how) {
            verdicts[i] = Verdict::New;
        }
    }
}

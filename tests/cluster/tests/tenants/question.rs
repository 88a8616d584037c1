//! What a session may ask.

use crate::world::{Fuzz, SPACES, USERS, WORDS, space, user};
use uuid::Uuid;

/// By whose rights a result is judged, and how far they reach.
pub enum Scope {
    /// Memories one by one.
    Row,
    /// Whole spaces.
    Space,
    /// Names of spaces and their statistics.
    Name,
    /// Memories, as another role sees them.
    As(String),
    /// A memory that was stored in a space, or was there.
    New(String),
}

impl Fuzz {
    /// A question, as SQL that returns ids and texts, and the names and ids it names itself.
    pub fn question(&mut self, me: &str) -> (String, Vec<String>, Scope) {
        // Mostly one that there is something to hear about.
        let readable: Vec<usize> = (0..SPACES).filter(|n| self.world.may_read(me, &space(*n))).collect();
        let friendly = !readable.is_empty() && self.rng.chance(60);
        let name = space(if friendly { *self.rng.pick(&readable) } else { self.rng.below(SPACES) });
        let other = space(self.rng.below(SPACES));
        let ids: Vec<Uuid> = {
            let mut all: Vec<Uuid> = self.world.memories.keys().copied().collect();
            all.sort_unstable();
            (0..1 + self.rng.below(2)).map(|_| *self.rng.pick(&all)).collect()
        };
        let tokens: Vec<String> = ids.iter().map(|id| self.world.memories[id].token.clone()).collect();
        let cue = match self.rng.below(3) {
            0 => tokens[0].clone(),
            1 => format!("{} Captain Marlow{}", self.rng.pick(&WORDS), &tokens[0][2..]),
            _ => format!("{} {}", self.rng.pick(&WORDS), self.rng.pick(&WORDS)),
        };
        let list = ids.iter().map(Uuid::to_string).collect::<Vec<_>>().join(",");
        let mut with = format!("cue => '{cue}', k => {}", 1 + self.rng.below(20));
        let more = [
            format!(", ids => '{{{list}}}'"),
            format!(", context => 'call {}'", self.rng.below(4)),
            format!(", in_context => 'call {}'", self.rng.below(4)),
            format!(", cues => ARRAY['tag {}', 'harbour']", tokens[0]),
            ", filter => '{}'".to_owned(),
            ", max_tokens => 60".to_owned(),
            ", hops => 5".to_owned(),
            ", reinforce => false".to_owned(),
            ", include_cold => true".to_owned(),
        ];
        for _ in 0..self.rng.below(3) {
            let one = self.rng.pick(&more);
            let key = one.split("=>").next().expect("an argument has a name");
            if !with.contains(key) {
                with.push_str(one);
            }
        }
        let row = "array[id] || via, concat_ws(' ', content, context, source, metadata, space, origin)";
        let by = user(self.rng.below(USERS));
        let common = self.common();
        let (sql, scope) = match self.rng.below(26) {
            0..=5 => (format!("SELECT {row} FROM engram_recall(space => '{name}', {with})"), Scope::Row),
            6 | 7 => {
                (format!("SELECT {row} FROM engram_recall_across(spaces => '{{{name},{other}}}', {with})"), Scope::Row)
            }
            8 => (
                format!(
                    "SELECT array[id], concat_ws(' ', signal, detail) FROM engram_explain_recall(space => '{name}', {with})"
                ),
                Scope::Row,
            ),
            9 => (
                format!("SELECT '{{}}'::uuid[], t FROM engram_explain_recall_text(space => '{name}', {with}) t"),
                Scope::Row,
            ),
            10 | 11 => (
                format!(
                    "SELECT array[id] || via, '' FROM engram_spread(sources => '{{{list}}}', space => '{name}', k => 50)"
                ),
                Scope::Row,
            ),
            12 => (
                format!(
                    "SELECT '{{}}'::uuid[], t::text FROM engram_feeling_of_knowing(cue => '{cue}', space => '{name}') t"
                ),
                Scope::Row,
            ),
            13 => (format!("SELECT '{{}}'::uuid[], t::text FROM engram.graph_health('{name}') t"), Scope::Row),
            14 => (
                format!(
                    "SELECT array[id], content || coalesce(source, '') FROM engram.memories WHERE leaky.by_{by}(content)"
                ),
                Scope::Row,
            ),
            15 => ("SELECT array[id], content FROM engram.memory_history".to_owned(), Scope::Row),
            16 => (
                format!(
                    "SELECT array[id], content FROM engram.memory WHERE leaky.by_{by}(source) AND content ~ '{cue}'"
                ),
                Scope::Row,
            ),
            17 => ("SELECT '{}'::uuid[], t::text FROM engram.stat_tier t".to_owned(), Scope::Name),
            18 => ("SELECT '{}'::uuid[], space || owner_role FROM engram.space".to_owned(), Scope::Name),
            // These are read by whoever may read the space, whatever a policy of somebody's own says about engram.memory.
            19 => ("SELECT array[source, target], space FROM engram.association".to_owned(), Scope::Space),
            20 => ("SELECT '{}'::uuid[], space || alias || cue FROM engram.cue_alias".to_owned(), Scope::Space),
            21 => ("SELECT array[id], space FROM engram.trace".to_owned(), Scope::Space),
            22 => (format!("SELECT ids, texts FROM leaky.as_{by}('{cue}', '{name}')"), Scope::As(by)),
            23 => (
                format!(
                    "SELECT array[m.id], m.content FROM engram_recall(space => '{name}', {with}) r, engram.memories m WHERE m.id = ANY (r.via || r.id)"
                ),
                Scope::Row,
            ),
            24 => (
                format!("SELECT {row} FROM engram_recall(space => '{name}', {with}) WHERE leaky.by_{by}(content)"),
                Scope::Row,
            ),
            _ => (
                format!("SELECT array[engram_remember('{common}', space => '{name}', on_duplicate => 'skip')], ''"),
                Scope::New(name.clone()),
            ),
        };
        let mut named = vec![name, other, cue];
        named.extend(tokens);
        named.extend(ids.iter().map(Uuid::to_string));
        (sql, named, scope)
    }
}

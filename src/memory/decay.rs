//! How memories are forgotten: which profile a memory has, and what its uses make of it at a time.
//!
//! The rule of a memory goes before that of its kind, that before the one of its space, and that before the settings.

use super::{known, required, space_or_setting};
use crate::error::Error;
use crate::guc;
use crate::hot::record::kind_hash;
use crate::store::decay::{self, Rule, Trace};
use crate::store::{self, fault, limits};
use engram_engine::dynamics::decay::{self as engine, Curve, Profile, RECENT, Use, Uses};
use pgrx::Uuid;
use rustc_hash::FxHashMap;
use serde_json::{Map, Value};

pub use decay::is_possible;

/// Microseconds of a day.
const DAY: f64 = 86_400e6;

/// Forms of the curve, and their parameters besides stability and gain.
const FORMS: [(&str, &[&str]); 4] = [
    ("power", &["exponent"]),
    ("exponential", &[]),
    ("two_component", &["share", "fast", "exponent"]),
    ("pinned", &[]),
];
const CUSTOM: &str = "custom";

/// A profile and its name.
#[derive(Clone, Debug)]
pub struct Named {
    pub name: String,
    pub profile: Profile,
}

/// The rules of a space, and the traces of some of its memories.
pub struct Forgetting {
    default: Named,
    /// By hash of the kind.
    kinds: FxHashMap<u64, Named>,
    traces: FxHashMap<[u8; 16], (Trace, Option<Named>)>,
}

impl Forgetting {
    /// Reads what there is about `ids`, as the caller may see it.
    pub fn read(space: &str, ids: &[[u8; 16]]) -> Forgetting {
        let settings = Named { name: guc::decay_profile().to_owned(), profile: guc::decay_defaults() };
        let mut all = Forgetting { default: settings, kinds: FxHashMap::default(), traces: FxHashMap::default() };
        let mut general = None;
        decay::histories(
            space,
            ids,
            |kind, rule| {
                if kind.is_empty() {
                    general = Some(named(&rule));
                } else {
                    all.kinds.insert(kind_hash(kind), named(&rule));
                }
            },
            |trace| {
                let own = trace.rule.as_ref().map(named);
                all.traces.insert(trace.id, (trace, own));
            },
        );
        all.default = general.unwrap_or(all.default);
        all
    }

    /// How memories of a kind are forgotten that have no rule of their own.
    pub fn of_kind(&self, kind: u64) -> &Named {
        self.kinds.get(&kind).unwrap_or(&self.default)
    }

    /// How a memory is forgotten, and what is known of its uses.
    pub fn of(&self, id: [u8; 16], kind: u64, encoded_at: i64) -> History<'_> {
        let (trace, own) = match self.traces.get(&id) {
            Some((trace, own)) => (Some(trace), own.as_ref()),
            None => (None, None),
        };
        let named = own.unwrap_or_else(|| self.of_kind(kind));
        History::new(named, trace, encoded_at)
    }
}

/// The uses of one memory. Times are microseconds since the Unix epoch.
#[derive(Clone, Debug)]
pub struct History<'a> {
    pub named: &'a Named,
    pub stability: f64,
    encoded_at: i64,
    pub recalls: u64,
    recent: &'a [i64],
    pub last: Use,
}

impl<'a> History<'a> {
    pub fn new(named: &'a Named, trace: Option<&'a Trace>, encoded_at: i64) -> History<'a> {
        let stability = trace.and_then(|t| t.stability).map(f64::from).filter(|s| *s > 0.0 && s.is_finite());
        let last = trace.and_then(|t| Some(Use { room: t.last_room?.into(), weight: t.last_weight?.into() }));
        let recent = trace.map_or(&[][..], |t| &t.recent);
        History {
            named,
            stability: stability.unwrap_or(named.profile.stability),
            encoded_at,
            recalls: trace.map_or(0, |t| t.recalls.max(0) as u64),
            recent: &recent[..recent.len().min(RECENT)],
            last: last.unwrap_or(Use::ENCODING),
        }
    }

    fn at<R>(&self, now: i64, f: impl FnOnce(&Uses<'_>) -> R) -> R {
        let mut days = [0.0; RECENT];
        for (day, at) in days.iter_mut().zip(self.recent) {
            *day = days_between(*at, now);
        }
        let encoded = days_between(self.encoded_at, now);
        f(&Uses { encoded, recalls: self.recalls, recent: &days[..self.recent.len()] })
    }

    /// How likely it is to be retrieved, 0 to 1.
    pub fn retrievability(&self, now: i64) -> f64 {
        self.at(now, |uses| engine::retrievability(&self.named.profile, uses, self.stability))
    }

    /// The logarithm of what is left of its uses.
    pub fn base_level(&self, now: i64) -> f64 {
        self.at(now, |uses| engine::base_level(&self.named.profile, uses, self.stability))
    }

    /// Uses, the encoding among them.
    pub fn uses(&self) -> u64 {
        self.at(self.encoded_at, |uses| uses.count())
    }

    /// Days since the latest use.
    pub fn idle_days(&self, now: i64) -> f64 {
        self.at(now, |uses| uses.last())
    }
}

/// Days from one time to another; none where it lies ahead.
pub fn days_between(from: i64, to: i64) -> f64 {
    to.saturating_sub(from).max(0) as f64 / DAY
}

/// When a memory was encoded: when it occurred, unless that lies ahead.
pub fn encoding(occurred_at: Option<i64>, created_at: Option<i64>, now: i64) -> i64 {
    occurred_at.filter(|at| *at <= now).or(created_at).or(occurred_at).unwrap_or(now)
}

/// The profile of a stored rule. What was stored by other means than [`set`] and makes no sense counts as not given.
pub fn named(rule: &Rule) -> Named {
    let parameters = rule.parameters.as_deref().and_then(|text| serde_json::from_str(text).ok());
    let none = Map::new();
    let parameters = parameters.as_ref().and_then(Value::as_object).unwrap_or(&none);
    let mut profile = guc::decay_defaults();
    profile.floor = rule.floor.map_or(profile.floor, f64::from);
    let form = form_of(&rule.profile, parameters).unwrap_or("power");
    profile.curve = guc::curve(form).unwrap_or(profile.curve);
    for (name, value) in parameters {
        let range = range(name);
        if let (Some(value), Some(range)) = (value.as_f64(), range)
            && (range.0..=range.1).contains(&value)
        {
            enter(&mut profile, name, value);
        }
    }
    Named { name: rule.profile.clone(), profile }
}

fn form_of<'a>(profile: &'a str, parameters: &'a Map<String, Value>) -> Option<&'a str> {
    let form = if profile == CUSTOM { parameters.get("curve")?.as_str()? } else { profile };
    FORMS.iter().any(|f| f.0 == form).then_some(form)
}

fn enter(profile: &mut Profile, name: &str, value: f64) {
    match (name, &mut profile.curve) {
        ("stability", _) => profile.stability = value,
        ("gain", _) => profile.gain = value,
        ("exponent", Curve::Power { exponent } | Curve::TwoComponent { exponent, .. }) => *exponent = value,
        ("share", Curve::TwoComponent { share, .. }) => *share = value,
        ("fast", Curve::TwoComponent { fast, .. }) => *fast = value,
        _ => {}
    }
}

fn range(name: &str) -> Option<(f64, f64)> {
    Some(match name {
        "exponent" => guc::EXPONENTS,
        "share" => guc::SHARES,
        "fast" => guc::FASTS,
        "stability" => guc::STABILITIES,
        "gain" => guc::GAINS,
        _ => return None,
    })
}

/// Arguments of `engram_set_decay`, as they were given.
pub struct SetDecay<'a> {
    pub profile: Option<&'a str>,
    pub space: Option<&'a str>,
    pub kind: Option<&'a str>,
    pub id: Option<Uuid>,
    pub parameters: Option<Value>,
    pub floor: Option<f32>,
}

/// Makes, changes or, without a profile, removes the rule of a memory, of a kind or of the space.
pub fn set(given: SetDecay<'_>) -> Result<(), Error> {
    let rule = rule(&given)?;
    if given.kind.is_some() && given.id.is_some() {
        return Err(fault::invalid(
            "kind and id cannot be given together",
            "A rule is for one memory, for a kind, or for the space.",
        ));
    }
    if let Some(kind) = given.kind {
        limits::kind(kind)?;
    }
    let space = space_or_setting(given.space);
    let found = store::space::for_reading(&space)?;
    if !decay::is_possible() {
        return Err(Error::not_in_prerequisite_state("the catalog of this database is of a former version")
            .with_hint("Run ALTER EXTENSION engram UPDATE."));
    }
    if let Some(id) = given.id {
        if !found.may_write() {
            return Err(fault::space_denied(&space));
        }
        known(&space, id)?;
        return match decay::set_rule_of(&space, *id.as_bytes(), rule.as_ref()) {
            true => Ok(()),
            false => Err(Error::unknown_memory(id, &space)),
        };
    }
    if !found.owner {
        return Err(fault::space_denied(&space));
    }
    let kind = given.kind.unwrap_or_default();
    match rule {
        Some(rule) => decay::set_rule(&space, kind, &rule),
        None => decay::remove_rule(&space, kind),
    }
    Ok(())
}

/// The rule that the arguments describe, or what is wrong with them.
fn rule(given: &SetDecay<'_>) -> Result<Option<Rule>, Error> {
    let none = Map::new();
    let parameters = match &given.parameters {
        None | Some(Value::Null) => &none,
        Some(Value::Object(parameters)) => parameters,
        Some(other) => {
            return Err(fault::invalid(
                format!("parameters must be a JSON object, not {other}"),
                "Write it as '{\"exponent\": 0.3}'.",
            ));
        }
    };
    if let Some(floor) = given.floor.filter(|floor| !(0.0..=1.0).contains(floor)) {
        return Err(fault::invalid(
            format!("floor must be between 0 and 1, not {floor}"),
            "It is the share of a memory that is never forgotten.",
        ));
    }
    let Some(profile) = given.profile else {
        if parameters.is_empty() && given.floor.is_none() {
            return Ok(None);
        }
        return Err(fault::null("profile"));
    };
    if profile != CUSTOM && !FORMS.iter().any(|form| form.0 == profile) {
        return Err(fault::invalid(
            format!("profile \"{profile}\" does not exist"),
            "Use power, exponential, two_component, pinned or custom.",
        ));
    }
    let Some(form) = form_of(profile, parameters) else {
        let curve = parameters.get("curve").unwrap_or(&Value::Null);
        return Err(fault::invalid(
            format!("parameter curve of a custom profile must be the name of one, not {curve}"),
            "Use power, exponential, two_component or pinned.",
        ));
    };
    let own = FORMS.iter().find(|f| f.0 == form).map_or(&[][..], |f| f.1);
    for (name, value) in parameters {
        if name == "curve" && profile == CUSTOM {
            continue;
        }
        let allowed =
            form != "pinned" && (own.contains(&name.as_str()) || ["stability", "gain"].contains(&name.as_str()));
        let Some((least, most)) = range(name).filter(|_| allowed) else {
            let mut names = own.to_vec();
            names.extend(["stability", "gain"]);
            let hint = match form {
                "pinned" => "A pinned memory is not forgotten: there is nothing to set.".to_owned(),
                _ => format!("The curve {form} has {}.", names.join(", ")),
            };
            return Err(fault::invalid(format!("parameter \"{name}\" does not exist for the curve {form}"), hint));
        };
        if !value.as_f64().is_some_and(|v| (least..=most).contains(&v)) {
            return Err(fault::invalid(
                format!("parameter {name} must be a number between {least} and {most}, not {value}"),
                "Stability is in days; the other parameters have no unit.",
            ));
        }
    }
    let parameters = Some(Value::Object(parameters.clone()).to_string());
    Ok(Some(Rule { profile: profile.to_owned(), parameters, floor: given.floor }))
}

/// How well a memory can be retrieved, and what that rests on.
pub struct Retrievability {
    pub retrievability: f64,
    pub base_level: f64,
    pub stability: f64,
    pub profile: String,
    pub uses: i64,
    pub last_used_at: i64,
}

/// How well a memory can be retrieved at a time, `now` where none is given. A time before the last use counts as that of the use.
pub fn retrievability(id: Option<Uuid>, space: Option<&str>, at: Option<i64>) -> Result<Retrievability, Error> {
    let id = required("id", id)?;
    let space = space_or_setting(space);
    store::space::for_reading(&space)?;
    if !decay::is_possible() {
        return Err(Error::not_in_prerequisite_state("the catalog of this database is of a former version")
            .with_hint("Run ALTER EXTENSION engram UPDATE."));
    }
    let key = *id.as_bytes();
    let now = super::now();
    let mut encoded = None;
    decay::encoded(&space, &[key], |memory| {
        encoded = Some((encoding(memory.occurred_at, memory.created_at, now), kind_hash(memory.kind)));
    });
    let (encoded_at, kind) = encoded.ok_or_else(|| Error::unknown_memory(id, &space))?;
    let forgetting = Forgetting::read(&space, &[key]);
    let history = forgetting.of(key, kind, encoded_at);
    let last_used_at = history.recent.iter().copied().fold(encoded_at, i64::max);
    let at = at.unwrap_or(now).max(last_used_at);
    Ok(Retrievability {
        retrievability: history.retrievability(at),
        base_level: history.base_level(at),
        stability: history.stability,
        profile: history.named.name.clone(),
        uses: history.uses() as i64,
        last_used_at,
    })
}

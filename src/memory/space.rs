//! Making, changing and removing spaces.
//!
//! A space is configured by members of its owner role. engram_admin makes, drops and configures any space except for who may
//! read and write it: administering memories is not reading them.

pub use super::configure::Consolidation;
use super::{elements, required};
use crate::error::Error;
use crate::guc;
use crate::hot;
use crate::store::{self, access, audit, fault, limits, space::NO_ENCODER, space::NO_LIMIT, space::Settings};
use engram_engine::encoder;
use serde_json::{Map, Value, json};
use std::rc::Rc;

pub use crate::store::space::Quotas;

/// The arguments of `engram_create_space` and `engram_configure_space`, as they were given.
pub struct Given<'a> {
    pub space: Option<&'a str>,
    pub dimensions: Option<i32>,
    pub language: Option<&'a str>,
    pub owner: Option<&'a str>,
    pub readers: Option<Vec<Option<String>>>,
    pub writers: Option<Vec<Option<String>>>,
    pub encoder: Option<&'a str>,
    pub quotas: Quotas,
    pub consolidation: Consolidation,
}

/// Makes a space. It belongs to `owner`, or to the current user.
pub fn create(given: Given) -> Result<(), Error> {
    let name = required("space", given.space)?;
    limits::space_name(name)?;
    let settings = checked(&given)?;
    if let Some(owner) = given.owner {
        may_give_to(owner)?;
    }
    if access::find(name).is_some() {
        return Err(fault::space_exists(name));
    }
    if !guc::create_spaces() && !store::space::role(ADMIN).member {
        return Err(fault::denied(
            format!("permission denied to create space \"{name}\""),
            "The setting engram.create_spaces is off; ask a member of engram_admin.",
        ));
    }
    if store::space::create(name, &settings)? { Ok(()) } else { Err(fault::space_exists(name)) }
}

/// Changes a space; null leaves what is set.
pub fn configure(given: Given) -> Result<(), Error> {
    let name = required("space", given.space)?;
    let space = administered(name)?;
    let settings = checked(&given)?;
    given.consolidation.check()?;
    let roles = given.owner.is_some() || given.readers.is_some() || given.writers.is_some();
    if roles && !space.owner {
        return Err(fault::denied(
            format!("permission denied to change the roles of space \"{name}\""),
            "Only members of its owner role decide who may read and write a space.",
        ));
    }
    if let Some(owner) = given.owner {
        may_give_to(owner)?;
    }
    may_limit(&space, given.quotas)?;
    if !store::space::lock(name) {
        return Err(Error::unknown_space(name));
    }
    if let Some(dimensions) = given.dimensions
        && space.dimensions != Some(dimensions)
        && store::space::has_embeddings(name)
    {
        return Err(Error::not_in_prerequisite_state(format!(
            "space \"{name}\" has embeddings of other than {dimensions} dimensions"
        ))
        .with_hint("Dimensions can be changed while no memory has an embedding."));
    }
    if let Some(encoder) = &settings.encoder
        && space.encoder.as_ref() != Some(encoder)
        && store::space::has_embeddings(name)
    {
        let of = space.encoder.as_ref().map_or_else(|| "an unnamed encoder".to_owned(), |e| format!("encoder \"{e}\""));
        return Err(Error::not_in_prerequisite_state(format!(
            "space \"{name}\" has embeddings of {of}, not of encoder \"{encoder}\""
        ))
        .with_hint("The encoder can be changed while no memory has an embedding."));
    }
    let mut account = account_of(&settings);
    given.consolidation.tell(&mut account);
    audit::note(name, "configure_space", None, &Value::Object(account));
    store::space::configure(name, &settings);
    given.consolidation.apply(name);
    if let (Some(_), Some((hot, place))) = (given.quotas.hot_bytes, hot::find(name)) {
        // At once; should the transaction be rolled back, the next visit of the worker puts it right.
        hot::share::set(&hot, place, store::space::hot_quota(name));
    }
    Ok(())
}

/// Removes a space with all its memories, in this transaction.
pub fn drop(name: Option<&str>) -> Result<(), Error> {
    let name = required("space", name)?;
    administered(name)?;
    if !store::space::lock(name) {
        return Err(Error::unknown_space(name));
    }
    // The entry names the space that there was: it is written while the row is there, and goes with a rollback.
    let memories = store::memory::count(name);
    audit::note(name, "drop_space", None, &json!({ "memories": memories }));
    store::space::drop(name);
    Ok(())
}

/// Whether the current user may read the space; false where there is no such space.
pub fn may_read(name: &str) -> bool {
    access::find(name).is_some_and(|space| space.may_read())
}

/// Whether the current user may write to the space; false where there is no such space.
pub fn may_write(name: &str) -> bool {
    access::find(name).is_some_and(|space| space.may_write())
}

/// Characters in the name of an encoder.
const MOST_OF_ENCODER: usize = 100;

const ADMIN: &str = "engram_admin";

/// The space, which the current user may configure and drop.
fn administered(name: &str) -> Result<Rc<access::Space>, Error> {
    let space = access::find(name).filter(|s| s.may_read() || s.admin).ok_or_else(|| Error::unknown_space(name))?;
    if space.owner || space.admin { Ok(space) } else { Err(fault::space_denied(name)) }
}

/// The current user may make this role the owner of something.
fn may_give_to(owner: &str) -> Result<(), Error> {
    let role = store::space::role(owner);
    if !role.member && !role.admin {
        return Err(fault::denied(
            format!("permission denied for role \"{owner}\""),
            "The owner of a space is a role that you are a member of.",
        ));
    }
    Ok(())
}

/// Quotas are set by members of engram_admin. The owner may lower them, and set those that are not set.
fn may_limit(space: &access::Space, given: Quotas) -> Result<(), Error> {
    if space.admin {
        return Ok(());
    }
    let present = [space.quota.memories, space.quota.bytes, store::space::hot_quota(&space.name)];
    for ((name, given), present) in each_quota(given).into_iter().zip(present) {
        if let Some((given, present)) = given.zip(present)
            && !(0..=present).contains(&given)
        {
            return Err(fault::denied(
                format!("permission denied to raise {name} of space \"{}\" above {present}", space.name),
                "Members of engram_admin set quotas; the owner of a space may lower them.",
            ));
        }
    }
    Ok(())
}

fn each_quota(given: Quotas) -> [(&'static str, Option<i64>); 3] {
    [("quota_memories", given.memories), ("quota_bytes", given.bytes), ("quota_hot_bytes", given.hot_bytes)]
}

/// What was configured, for engram.audit.
fn account_of(settings: &Settings) -> Map<String, Value> {
    let mut account = Map::new();
    let mut tell = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            account.insert(key.to_owned(), value);
        }
    };
    tell("owner", settings.owner.as_ref().map(|v| json!(v)));
    tell("readers", settings.readers.as_ref().map(|v| json!(v)));
    tell("writers", settings.writers.as_ref().map(|v| json!(v)));
    tell("language", settings.language.as_ref().map(|v| json!(v)));
    tell("encoder", settings.encoder.as_ref().map(|v| json!(v)));
    tell("dimensions", settings.dimensions.map(|v| json!(v)));
    for (name, value) in each_quota(settings.quotas) {
        tell(name, value.map(|v| json!(v)));
    }
    account
}

/// The name of an encoder, `built-in` for whatever the built-in one is called.
pub fn encoder_name(name: &str) -> Result<String, Error> {
    let name = name.trim();
    if name == "built-in" {
        return Ok(encoder::NAME.to_owned());
    }
    if name.is_empty() || name.chars().count() > MOST_OF_ENCODER {
        return Err(fault::invalid(
            format!("\"{name}\" is no name for an encoder"),
            format!("Use 1 to {MOST_OF_ENCODER} characters, \"built-in\", or \"none\" for a space without embeddings."),
        ));
    }
    Ok(name.to_owned())
}

fn checked(given: &Given) -> Result<Settings, Error> {
    if let Some(dimensions) = given.dimensions {
        limits::dimensions(dimensions)?;
    }
    if let Some(language) = given.language {
        store::space::language(language)?;
    }
    let readers = given.readers.clone().map(elements);
    let writers = given.writers.clone().map(elements);
    let named = given.owner.iter().copied().chain(readers.iter().chain(&writers).flatten().map(String::as_str));
    for role in named {
        if !store::space::role(role).exists {
            return Err(fault::no_role(role));
        }
    }
    for (name, value) in each_quota(given.quotas) {
        if let Some(value) = value.filter(|&value| value < NO_LIMIT) {
            return Err(fault::invalid(
                format!("{name} {value} is out of range"),
                "A quota is zero or more; -1 takes it away, null leaves it.",
            ));
        }
    }
    let encoder = given.encoder.map(encoder_name).transpose()?;
    let dimensions = match (encoder.as_deref(), given.dimensions) {
        (Some(encoder::NAME), None) => Some(encoder::DIMENSIONS as i32),
        (Some(by), Some(d)) if by == NO_ENCODER || (by == encoder::NAME && d != encoder::DIMENSIONS as i32) => {
            return Err(fault::invalid(
                format!("encoder \"{by}\" does not make embeddings of {d} dimensions"),
                "Leave the dimensions out; they are those of the encoder.",
            ));
        }
        (_, dimensions) => dimensions,
    };
    Ok(Settings {
        dimensions,
        encoder,
        language: given.language.map(str::to_lowercase),
        owner: given.owner.map(str::to_owned),
        readers,
        writers,
        quotas: given.quotas,
    })
}

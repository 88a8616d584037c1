//! Forgetting: suppressing, which can be undone, and deleting, which cannot.

use super::{elements, known, required, space_or_setting};
use crate::error::Error;
use crate::pg::jsonb::Jsonb;
use crate::store::{
    self, audit, fault,
    memory::{Condition, Forgetting},
};
use pgrx::Uuid;
use pgrx::datum::TimestampWithTimeZone;
use serde_json::json;

/// Forgets one memory. Returns whether it changed: a suppressed memory is not suppressed again.
pub fn forget(id: Option<Uuid>, mode: Option<&str>, space: Option<&str>) -> Result<bool, Error> {
    let id = required("id", id)?;
    let given = required("mode", mode)?;
    let how = forgetting(given)?;
    let space = space_or_setting(space);
    store::space::for_writing(&space)?;
    let changed = audit::quietly(|| store::memory::forget(&space, id, how));
    if changed {
        audit::note(&space, "forget", Some(id), &json!({ "mode": given }));
    } else {
        known(&space, id)?;
    }
    Ok(changed)
}

/// The arguments of `engram_forget_where`, as they were given.
pub struct ForgetWhere<'a> {
    pub filter: Option<Jsonb>,
    pub kinds: Option<Vec<Option<String>>>,
    pub in_context: Option<&'a str>,
    pub since: Option<TimestampWithTimeZone>,
    pub until: Option<TimestampWithTimeZone>,
    pub mode: Option<&'a str>,
    pub space: Option<&'a str>,
}

/// Forgets every memory that meets all conditions. Returns how many changed.
pub fn forget_where(given: ForgetWhere) -> Result<i64, Error> {
    let mode = required("mode", given.mode)?;
    let how = forgetting(mode)?;
    let filter = match given.filter.map(Jsonb::parse) {
        None => None,
        Some(serde_json::Value::Object(map)) => given.filter.filter(|_| !map.is_empty()),
        Some(other) => {
            return Err(fault::invalid(
                format!("filter {other} is not a JSON object"),
                "A filter is an object that the metadata of a memory must contain.",
            ));
        }
    };
    let condition = Condition {
        filter,
        kinds: given.kinds.map(elements),
        context: given.in_context,
        since: given.since,
        until: given.until,
    };
    if condition.filter.is_none()
        && condition.kinds.is_none()
        && condition.context.is_none()
        && condition.since.is_none()
        && condition.until.is_none()
    {
        return Err(fault::invalid(
            "filter {} chooses every memory",
            "Restrict the call by metadata, kinds, context or time, or drop the space with engram_drop_space.",
        ));
    }
    let space = space_or_setting(given.space);
    store::space::for_writing(&space)?;
    let changed = audit::quietly(|| store::memory::forget_where(&space, &condition, how));
    if changed > 0 {
        audit::note(&space, "forget_where", None, &json!({ "mode": mode, "memories": changed }));
    }
    Ok(i64::try_from(changed).unwrap_or(i64::MAX))
}

fn forgetting(mode: &str) -> Result<Forgetting, Error> {
    match mode {
        "suppress" => Ok(Forgetting::Suppress),
        "restore" => Ok(Forgetting::Restore),
        "delete" => Ok(Forgetting::Delete),
        _ => Err(fault::invalid(
            format!("mode \"{mode}\" does not exist"),
            "The modes of forgetting are suppress, restore and delete.",
        )),
    }
}

//! Rows of engram.space. Nobody writes them directly: every change runs as the owner of engram.memory, after its own checks.

use super::{access, fault, learned, limits, usage};
use crate::crash::{self, Point};
use crate::error::Error;
use crate::guc;
use crate::pg::{
    self,
    spi::{self, Arg},
};
use engram_engine::encoder;
use engram_engine::text::Language;
use pgrx::IntoDatum;
use pgrx::datum::Interval;
use std::cell::Cell;
use std::rc::Rc;

/// What a space is made with, or what is to change; none leaves the default or the present value.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    pub dimensions: Option<i32>,
    pub encoder: Option<String>,
    pub language: Option<String>,
    pub owner: Option<String>,
    pub readers: Option<Vec<String>>,
    pub writers: Option<Vec<String>>,
    pub quotas: Quotas,
}

/// Limits of a space as they are given: none leaves what is set, [`NO_LIMIT`] takes a limit away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quotas {
    pub memories: Option<i64>,
    pub bytes: Option<i64>,
    /// Share of the hot tier.
    pub hot_bytes: Option<i64>,
}

/// No limit, as an argument.
pub const NO_LIMIT: i64 = -1;

/// The space that the current user writes to, made if it does not exist and engram.create_spaces is on.
///
/// A space that exists and that the user may not even read answers as a missing one does where spaces are not created.
pub fn for_remembering(name: &str) -> Result<Rc<access::Space>, Error> {
    limits::space_name(name)?;
    if access::find(name).is_none() && guc::create_spaces() {
        create(name, &Settings::default())?;
    }
    for_writing(name)
}

/// The space, which the current user may write to.
pub fn for_writing(name: &str) -> Result<Rc<access::Space>, Error> {
    let space = for_reading(name)?;
    if space.may_write() { Ok(space) } else { Err(fault::space_denied(name)) }
}

/// The space, which the current user may read.
pub fn for_reading(name: &str) -> Result<Rc<access::Space>, Error> {
    access::readable(name).ok_or_else(|| Error::unknown_space(name))
}

/// Name for an encoder that makes no vectors: a space of words and associations alone.
pub const NO_ENCODER: &str = "none";

/// Checks an embedding of `found` dimensions against its space; the first embedding decides dimensions and encoder. Returns
/// the name of the encoder to store with it.
///
/// `by` is the encoder that made it, none for an unnamed one outside. A space that does not exist accepts any: a restore loads memories
/// before spaces. One that the user may not write to says nothing about itself: its policy refuses the row.
pub fn accept_embedding(name: &str, found: usize, by: Option<&str>) -> Result<Option<String>, Error> {
    let Some(mut space) = access::find(name).filter(|space| space.may_write()) else {
        return Ok(by.map(str::to_owned));
    };
    let takes_any = space.encoder.as_deref() != Some(NO_ENCODER);
    if space.dimensions.is_none() && takes_any {
        let found = i32::try_from(found).unwrap_or(i32::MAX);
        limits::dimensions(found)?;
        pg::as_owner(|| {
            spi::execute(
                include_str!("../../sql/query/space_take_dimensions.sql"),
                &[Arg::Text(name), Arg::Int4(found), Arg::text_or_null(by)],
            )
        });
        access::forget();
        // Another session may have decided first: its row lock was waited for.
        match access::find_again(name) {
            Some(now) => space = now,
            None => return Ok(by.map(str::to_owned)),
        }
    }
    if space.encoder.as_deref() == Some(NO_ENCODER) {
        return Err(fault::no_embeddings(name));
    }
    if !may_mix(space.encoder.as_deref(), by) {
        return Err(fault::encoders_mixed(name, space.encoder.as_deref(), by));
    }
    match space.dimensions {
        Some(expected) if usize::try_from(expected) != Ok(found) => {
            Err(Error::dimension_mismatch(expected.unsigned_abs() as usize, found))
        }
        _ => Ok(space.encoder.clone()),
    }
}

/// Whether a space with one encoder takes the embedding of another. A vector whose maker is not named passes for that of the outside
/// encoder of the space.
fn may_mix(space: Option<&str>, by: Option<&str>) -> bool {
    match (space, by) {
        (Some(space), Some(by)) => space == by,
        (Some(space), None) => space != encoder::NAME,
        (None, by) => by.is_none(),
    }
}

/// Whether a memory without an embedding gets one from the built-in encoder: the space has it, or nothing has decided yet.
pub fn embeds(name: &str) -> bool {
    access::find(name).is_some_and(|space| match space.encoder.as_deref() {
        Some(by) => by == encoder::NAME,
        None => space.dimensions.is_none() && guc::builtin_encoder(),
    })
}

/// A language there is a stemmer for, or "none".
pub fn language(name: &str) -> Result<(), Error> {
    match name.parse::<Language>() {
        Ok(_) => Ok(()),
        Err(_) => Err(fault::invalid(
            format!("language \"{name}\" is not supported"),
            format!("Supported are {}.", Language::ALL.iter().map(|l| l.name()).collect::<Vec<_>>().join(", ")),
        )),
    }
}

/// Makes a space that belongs to the current user unless `settings` names an owner. Returns whether there was none before;
/// one that another session is making is waited for. A name that still has memories of a former space is refused.
pub fn create(name: &str, settings: &Settings) -> Result<bool, Error> {
    let user = pg::current_user();
    let language = settings.language.as_deref().unwrap_or(Language::default().name());
    let made = pg::as_owner(|| {
        let _making = Making::begin();
        spi::execute(
            include_str!("../../sql/query/space_insert.sql"),
            &[
                Arg::Text(name),
                Arg::int4_or_null(settings.dimensions),
                Arg::Text(language),
                Arg::text_or_null(settings.owner.as_deref()),
                Arg::TextArray(settings.readers.as_deref().unwrap_or_default()),
                Arg::TextArray(settings.writers.as_deref().unwrap_or_default()),
                Arg::Oid(user),
                Arg::text_or_null(settings.encoder.as_deref()),
            ],
        )
    });
    access::forget();
    let left_over = include_str!("../../sql/query/space_left_over.sql");
    if made == 1 && pg::as_owner(|| spi::execute(left_over, &[Arg::Text(name), Arg::Oid(user)])) > 0 {
        return Err(fault::left_over(name));
    }
    if made == 1 {
        set_quotas(name, settings.quotas);
    }
    access::find_again(name);
    crash::at(Point::space_create);
    Ok(made == 1)
}

thread_local! {
    static MAKING: Cell<bool> = const { Cell::new(false) };
}

/// While it lives, our own function inserts a space.
struct Making;

impl Making {
    fn begin() -> Making {
        MAKING.set(true);
        Making
    }
}

impl Drop for Making {
    fn drop(&mut self) {
        MAKING.set(false);
    }
}

/// Whether the space that is inserted is made by [`create`], which refuses a name that has memories.
pub fn is_being_made() -> bool {
    MAKING.get()
}

/// Changes what `settings` names.
pub fn configure(name: &str, settings: &Settings) {
    pg::as_owner(|| {
        spi::execute(
            include_str!("../../sql/query/space_configure.sql"),
            &[
                Arg::Text(name),
                Arg::int4_or_null(settings.dimensions),
                Arg::text_or_null(settings.language.as_deref()),
                Arg::text_or_null(settings.owner.as_deref()),
                Arg::text_array_or_null(settings.readers.as_deref()),
                Arg::text_array_or_null(settings.writers.as_deref()),
                Arg::text_or_null(settings.encoder.as_deref()),
            ],
        )
    });
    access::forget();
    set_quotas(name, settings.quotas);
    crash::at(Point::space_configure);
}

/// How a space is consolidated: the time between two runs, of which zero takes the setting of the server, and further settings.
/// Null leaves what is set.
pub fn consolidate(name: &str, interval: Option<Interval>, set: Option<&str>, removed: &[String]) {
    let kind = Interval::type_oid();
    let interval = interval.and_then(IntoDatum::into_datum).map_or(Arg::Null(kind), |datum| Arg::Datum(datum, kind));
    let args = [Arg::Text(name), interval, Arg::jsonb_or_null(set), Arg::TextArray(removed)];
    pg::as_owner(|| spi::execute(include_str!("../../sql/query/space_consolidate.sql"), &args));
    access::forget();
}

/// Sets limits, and begins or ends keeping account of the space.
fn set_quotas(name: &str, quotas: Quotas) {
    if quotas == Quotas::default() {
        return;
    }
    let args = [
        Arg::Text(name),
        Arg::int8_or_null(quotas.memories),
        Arg::int8_or_null(quotas.bytes),
        Arg::int8_or_null(quotas.hot_bytes),
    ];
    pg::as_owner(|| spi::execute(include_str!("../../sql/query/space_quotas.sql"), &args));
    access::forget();
    if access::find_again(name).is_some_and(|space| space.quota.is_set()) {
        usage::count(name);
    } else {
        usage::drop(name);
    }
}

/// The share of the hot tier that the space may take, in bytes; none without a limit.
pub fn hot_quota(name: &str) -> Option<i64> {
    if !usage::is_possible() {
        return None;
    }
    let mut quota = None;
    let sql = include_str!("../../sql/query/space_hot_quota.sql");
    pg::as_owner(|| spi::execute_returning(sql, &[Arg::Text(name)], |row| quota = row.int8(1)));
    quota
}

/// Keeps others from changing or dropping the space until the transaction ends. Returns whether it still exists.
pub fn lock(name: &str) -> bool {
    let sql = include_str!("../../sql/query/space_lock.sql");
    pg::as_owner(|| spi::execute(sql, &[Arg::Text(name)])) > 0
}

/// Whether any memory of the space has an embedding.
pub fn has_embeddings(name: &str) -> bool {
    let sql = include_str!("../../sql/query/space_has_embeddings.sql");
    let mut found = false;
    pg::as_owner(|| spi::execute_returning(sql, &[Arg::Text(name)], |row| found = row.bool(1).unwrap_or(false)));
    found
}

/// Removes the space and everything in it but its entries in engram.audit. Returns how many memories it had.
pub fn drop(name: &str) -> u64 {
    let args = [Arg::Text(name)];
    let mut memories = 0;
    super::memory::in_bulk(|| {
        pg::as_owner(|| {
            if super::retention::is_possible() {
                spi::execute(include_str!("../../sql/query/space_drop_life.sql"), &args);
            }
            if super::decay::is_possible() {
                spi::execute(include_str!("../../sql/query/decay_space_drop.sql"), &args);
            }
            if super::belief::is_possible() {
                spi::execute(include_str!("../../sql/query/space_drop_belief.sql"), &args);
            }
            super::consolidation::erase::space_drop(name);
            super::schedule::drop(name);
            spi::execute(include_str!("../../sql/query/space_drop.sql"), &args);
            memories = spi::execute(include_str!("../../sql/query/space_drop_memories.sql"), &args);
            crash::at(Point::space_drop_middle);
            spi::execute(include_str!("../../sql/query/space_delete.sql"), &args);
            if learned::is_possible() {
                spi::execute(include_str!("../../sql/query/progress_drop_all.sql"), &args);
            }
        });
    });
    usage::drop(name);
    super::news::drop(name);
    access::forget();
    crash::at(Point::space_drop_end);
    memories
}

/// Removes the row that CREATE EXTENSION made, while nobody has configured it, so that a restore can load its own.
pub fn make_way(name: &str) {
    pg::as_owner(|| spi::execute(include_str!("../../sql/query/space_delete_installed.sql"), &[Arg::Text(name)]));
}

/// A role as the current user meets it.
pub struct Role {
    pub exists: bool,
    /// The current user is a member of it.
    pub member: bool,
    /// The current user is a member of engram_admin.
    pub admin: bool,
}

/// Looks a role up by name.
pub fn role(name: &str) -> Role {
    let sql = include_str!("../../sql/query/role_exists.sql");
    let mut role = Role { exists: false, member: false, admin: false };
    spi::select(sql, &[Arg::Text(name), Arg::Oid(pg::current_user())], |row| {
        let is = |column| row.bool(column).unwrap_or(false);
        role = Role { exists: is(1), member: is(2), admin: is(3) };
    });
    role
}

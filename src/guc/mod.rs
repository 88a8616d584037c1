//! Settings: defined once, read through typed getters.
//!
//! `hot_tier_size` and `max_workers` shape shared memory and processes, so they exist only when the library is loaded
//! by `shared_preload_libraries`; without it their getters answer zero.

mod activity;
mod cold;
mod consolidation;
mod decay;
mod dynamics;
mod ledger;
mod metrics;
mod priming;
mod tenancy;

pub use cold::{cold_after, cold_batch_size};
mod snapshot;
mod tiers;

use std::ffi::{CStr, CString};
use std::time::Duration;

use pgrx::guc::{GucContext, GucFlags, GucRegistry, GucSetting};

use crate::pg;

pub use activity::*;
pub use consolidation::*;
pub use decay::*;
pub use dynamics::*;
pub use ledger::*;
pub use metrics::*;
pub use plasticity::*;
pub use priming::*;
pub use tenancy::*;
mod life;
mod plasticity;

pub use life::*;
pub use snapshot::*;
pub use tiers::*;

static HOT_TIER_SIZE: GucSetting<i32> = GucSetting::<i32>::new(256 * 1024);
static PRIVATE_REGION_SIZE: GucSetting<i32> = GucSetting::<i32>::new(256 * 1024);
static MAX_WORKERS: GucSetting<i32> = GucSetting::<i32>::new(2);
static MAINTENANCE_INTERVAL: GucSetting<i32> = GucSetting::<i32>::new(60);
static SPACE: GucSetting<Option<CString>> = GucSetting::<Option<CString>>::new(Some(c"default"));
static CREATE_SPACES: GucSetting<bool> = GucSetting::<bool>::new(true);
static BUILTIN_ENCODER: GucSetting<bool> = GucSetting::<bool>::new(true);
static KNOWN_CUES: GucSetting<bool> = GucSetting::<bool>::new(true);
static ECHO_WINDOW: GucSetting<i32> = GucSetting::<i32>::new(600);
static HEBBIAN_RATE: GucSetting<f64> = GucSetting::<f64>::new(0.0);
static SIMILARITY_EDGES: GucSetting<i32> = GucSetting::<i32>::new(0);
static SIMILARITY_THRESHOLD: GucSetting<f64> = GucSetting::<f64>::new(0.6);
static EXACT: GucSetting<bool> = GucSetting::<bool>::new(false);
static SEEDS: GucSetting<i32> = GucSetting::<i32>::new(5);
static SPREAD_DAMPING: GucSetting<f64> = GucSetting::<f64>::new(0.7);
static SPREAD_THRESHOLD: GucSetting<f64> = GucSetting::<f64>::new(1e-4);
static SPREAD_HOPS: GucSetting<i32> = GucSetting::<i32>::new(3);
static SPREAD_MAX_EDGES: GucSetting<i32> = GucSetting::<i32>::new(200_000);
static BM25_K1: GucSetting<f64> = GucSetting::<f64>::new(1.2);
static BM25_B: GucSetting<f64> = GucSetting::<f64>::new(0.75);

/// Defines every setting; called first in `_PG_init`.
pub fn init() {
    if pg::preloading() {
        define_server_settings();
    }
    define_storage_settings();
    define_recall_settings();
    define_learning_settings();
    activity::define();
    cold::define();
    consolidation::define();
    ledger::define();
    decay::define();
    dynamics::define();
    metrics::define();
    priming::define();
    plasticity::define();
    tenancy::define();
    life::define();
    snapshot::define();
    tiers::define();
    pg::reserve_setting_prefix(c"engram");
}

/// A region counts its bytes in units of 16 by 32 bits: below 64 GiB, in kB.
const MOST_REGION: i32 = 67_108_000;

fn define_server_settings() {
    define_int(
        (c"engram.hot_tier_size", &HOT_TIER_SIZE, 0, MOST_REGION),
        c"Sets the size of the hot tier in shared memory.",
        c"Memories beyond it stay recallable from their tables. Zero disables the hot tier.",
        GucContext::Postmaster,
        GucFlags::UNIT_KB,
    );
    define_int(
        (c"engram.max_workers", &MAX_WORKERS, 0, 16),
        c"Sets the maximum number of Engram workers that run at the same time.",
        c"The launcher is not counted. Zero disables launcher and workers.",
        GucContext::Postmaster,
        GucFlags::empty(),
    );
}

fn define_storage_settings() {
    define_int(
        (c"engram.maintenance_interval", &MAINTENANCE_INTERVAL, 1, 86_400),
        c"Sets the time between two maintenance visits to a database.",
        c"A visit loads spaces into the hot tier and tidies what has settled.",
        GucContext::Sighup,
        GucFlags::UNIT_S,
    );
    define_int(
        (c"engram.private_region_size", &PRIVATE_REGION_SIZE, 1024, MOST_REGION),
        c"Sets the maximum memory a backend uses for spaces that the hot tier does not serve.",
        c"It is used without shared_preload_libraries, on a standby and while a space loads.",
        GucContext::Suset,
        GucFlags::UNIT_KB,
    );
    GucRegistry::define_string_guc(
        c"engram.space",
        c"Sets the space that functions use when none is given.",
        c"At most 64 characters.",
        &SPACE,
        GucContext::Userset,
        GucFlags::empty(),
    );
    GucRegistry::define_bool_guc(
        c"engram.create_spaces",
        c"Creates a space that does not exist when something is remembered in it.",
        c"When off, spaces are made by engram_create_space alone.",
        &CREATE_SPACES,
        GucContext::Suset,
        GucFlags::empty(),
    );
    define_int(
        (c"engram.echo_window", &ECHO_WINDOW, 0, 86_400),
        c"Sets how long what recall has returned is recognised when it is remembered again.",
        c"Whatever the context it is remembered in. Zero disables it.",
        GucContext::Userset,
        GucFlags::UNIT_S,
    );
}

fn define_recall_settings() {
    GucRegistry::define_bool_guc(
        c"engram.builtin_encoder",
        c"Makes the embeddings of a space by the built-in encoder when its first memory comes without one.",
        c"When off, such memories are found by words and associations; a space that has an encoder keeps it.",
        &BUILTIN_ENCODER,
        GucContext::Userset,
        GucFlags::empty(),
    );
    GucRegistry::define_bool_guc(
        c"engram.known_cues",
        c"Finds cues that a space knows in every text, whatever their case.",
        c"In a text that is stored at once, in texts stored before by the background worker.",
        &KNOWN_CUES,
        GucContext::Userset,
        GucFlags::empty(),
    );
    GucRegistry::define_bool_guc(
        c"engram.exact",
        c"Searches every memory exactly instead of proposing candidates.",
        c"Slower, for comparison and for small spaces.",
        &EXACT,
        GucContext::Userset,
        GucFlags::empty(),
    );
    define_int(
        (c"engram.seeds", &SEEDS, 1, 100),
        c"Sets the number of best matches from which activation spreads.",
        c"More seeds find more and rank worse.",
        GucContext::Userset,
        GucFlags::empty(),
    );
    define_real(
        (c"engram.spread_damping", &SPREAD_DAMPING, 0.0, 0.99),
        c"Sets the share of activation that a memory passes on to its neighbours.",
        c"Zero keeps all activation at the seeds.",
    );
    define_real(
        (c"engram.spread_threshold", &SPREAD_THRESHOLD, 1e-9, 1.0),
        c"Sets the activation per association below which a memory passes nothing on.",
        c"Smaller values reach further and take longer.",
    );
    define_int(
        (c"engram.spread_hops", &SPREAD_HOPS, 0, 10),
        c"Sets the longest path that activation travels.",
        c"Zero disables spreading.",
        GucContext::Userset,
        GucFlags::empty(),
    );
    define_int(
        (c"engram.spread_max_edges", &SPREAD_MAX_EDGES, 0, i32::MAX),
        c"Sets the maximum number of associations that one spread follows.",
        c"A spread that meets the limit ends early and says so.",
        GucContext::Userset,
        GucFlags::empty(),
    );
    define_real(
        (c"engram.bm25_k1", &BM25_K1, 0.0, 10.0),
        c"Sets how fast repeated words saturate in lexical scores.",
        c"Zero counts a word once, however often it occurs.",
    );
    define_real(
        (c"engram.bm25_b", &BM25_B, 0.0, 1.0),
        c"Sets how much long memories are discounted in lexical scores.",
        c"Zero ignores length.",
    );
}

// Learned associations change the answers of everybody in a space, so they are not for every user to turn on.
fn define_learning_settings() {
    GucRegistry::define_float_guc(
        c"engram.hebbian_rate",
        c"Sets how much the association of two memories grows when they are recalled together.",
        c"The share of what is missing to the full weight. Zero learns nothing.",
        &HEBBIAN_RATE,
        0.0,
        1.0,
        GucContext::Suset,
        GucFlags::empty(),
    );
    define_int(
        (c"engram.similarity_edges", &SIMILARITY_EDGES, 0, 64),
        c"Sets the number of most similar memories that the worker associates each memory with.",
        c"Zero makes none and removes those that were made.",
        GucContext::Suset,
        GucFlags::empty(),
    );
    GucRegistry::define_float_guc(
        c"engram.similarity_threshold",
        c"Sets the least similarity of memories that are associated for it.",
        c"The cosine of their embeddings.",
        &SIMILARITY_THRESHOLD,
        0.01,
        1.0,
        GucContext::Suset,
        GucFlags::empty(),
    );
}

type IntSetting = (&'static CStr, &'static GucSetting<i32>, i32, i32);
type RealSetting = (&'static CStr, &'static GucSetting<f64>, f64, f64);

fn define_int(setting: IntSetting, short: &'static CStr, long: &'static CStr, context: GucContext, flags: GucFlags) {
    let (name, value, min, max) = setting;
    GucRegistry::define_int_guc(name, short, long, value, min, max, context, flags);
}

fn define_real(setting: RealSetting, short: &'static CStr, long: &'static CStr) {
    let (name, value, min, max) = setting;
    GucRegistry::define_float_guc(name, short, long, value, min, max, GucContext::Userset, GucFlags::empty());
}

/// `engram.hot_tier_size` in bytes; zero when disabled or not preloaded.
pub fn hot_tier_size() -> usize {
    if pg::preloaded() { kilobytes(HOT_TIER_SIZE.get()) } else { 0 }
}

/// `engram.private_region_size` in bytes, the limit for one backend.
pub fn private_region_size() -> usize {
    kilobytes(PRIVATE_REGION_SIZE.get())
}

/// `engram.max_workers`; zero when disabled or not preloaded.
pub fn max_workers() -> usize {
    if pg::preloaded() { to_usize(MAX_WORKERS.get()) } else { 0 }
}

/// `engram.maintenance_interval`.
pub fn maintenance_interval() -> Duration {
    Duration::from_secs(u64::from(MAINTENANCE_INTERVAL.get().unsigned_abs()))
}

/// `engram.space`, in the encoding of the client that set it made readable.
pub fn space() -> String {
    let value = SPACE.get().unwrap_or_default();
    value.into_string().unwrap_or_else(|e| e.into_cstring().to_string_lossy().into_owned())
}

/// `engram.create_spaces`.
pub fn create_spaces() -> bool {
    CREATE_SPACES.get()
}

/// `engram.known_cues`
pub fn known_cues() -> bool {
    KNOWN_CUES.get()
}

/// `engram.builtin_encoder`
pub fn builtin_encoder() -> bool {
    BUILTIN_ENCODER.get()
}

/// `engram.echo_window`; zero when disabled.
pub fn echo_window() -> Duration {
    Duration::from_secs(u64::from(ECHO_WINDOW.get().unsigned_abs()))
}

/// `engram.hebbian_rate`, 0 to 1; zero when nothing is learned.
pub fn hebbian_rate() -> f32 {
    HEBBIAN_RATE.get() as f32
}

/// `engram.similarity_edges`; zero when there are none.
pub fn similarity_edges() -> usize {
    to_usize(SIMILARITY_EDGES.get())
}

/// `engram.similarity_threshold`, above 0.
pub fn similarity_threshold() -> f32 {
    SIMILARITY_THRESHOLD.get() as f32
}

/// `engram.exact`.
pub fn exact() -> bool {
    EXACT.get()
}

/// `engram.seeds`, 1 to 100.
pub fn seeds() -> usize {
    to_usize(SEEDS.get())
}

/// `engram.spread_damping`, 0 to 0.99.
pub fn spread_damping() -> f64 {
    SPREAD_DAMPING.get()
}

/// `engram.spread_threshold`, above 0.
pub fn spread_threshold() -> f64 {
    SPREAD_THRESHOLD.get()
}

/// `engram.spread_hops`, 0 to 10.
pub fn spread_hops() -> u32 {
    SPREAD_HOPS.get().unsigned_abs()
}

/// `engram.spread_max_edges`.
pub fn spread_max_edges() -> usize {
    to_usize(SPREAD_MAX_EDGES.get())
}

/// `engram.bm25_k1`, 0 to 10.
pub fn bm25_k1() -> f64 {
    BM25_K1.get()
}

/// `engram.bm25_b`, 0 to 1.
pub fn bm25_b() -> f64 {
    BM25_B.get()
}

fn kilobytes(value: i32) -> usize {
    to_usize(value) * 1024
}

// Every integer setting has a minimum of at least zero.
fn to_usize(value: i32) -> usize {
    value.unsigned_abs() as usize
}

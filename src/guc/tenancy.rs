//! Settings of tenancy: the audit log, and the share of the hot tier that one database may take.

use std::time::Duration;

use pgrx::guc::{GucContext, GucFlags, GucRegistry, GucSetting};

static AUDIT: GucSetting<bool> = GucSetting::<bool>::new(true);
static AUDIT_RETENTION: GucSetting<i32> = GucSetting::<i32>::new(365);
static DATABASE_QUOTA: GucSetting<i32> = GucSetting::<i32>::new(100);

pub(super) fn define() {
    GucRegistry::define_bool_guc(
        c"engram.audit",
        c"Writes an entry of engram.audit for whatever destroys memories or configures spaces.",
        c"When off, nothing is written; what was written stays.",
        &AUDIT,
        GucContext::Suset,
        GucFlags::empty(),
    );
    GucRegistry::define_int_guc(
        c"engram.audit_retention",
        c"Sets how many days entries of engram.audit are kept.",
        c"The worker removes older ones. Zero keeps them for ever.",
        &AUDIT_RETENTION,
        0,
        36_500,
        GucContext::Sighup,
        GucFlags::empty(),
    );
    // A database owner may ALTER DATABASE SET what its users may set: this one is for the server.
    GucRegistry::define_int_guc(
        c"engram.hot_tier_database_quota",
        c"Sets the share of the hot tier that one database may keep from others, in percent.",
        c"One beyond it makes room first, one at it in its own spaces only. At 100 there is no quota.",
        &DATABASE_QUOTA,
        1,
        100,
        GucContext::Sighup,
        GucFlags::empty(),
    );
}

/// `engram.audit`
pub fn audit() -> bool {
    AUDIT.get()
}

/// `engram.audit_retention`; none when entries are kept for ever.
pub fn audit_retention() -> Option<Duration> {
    let days = u64::from(AUDIT_RETENTION.get().unsigned_abs());
    (days > 0).then(|| Duration::from_secs(days * 86_400))
}

/// `engram.hot_tier_database_quota` of a hot tier of so many bytes; none when one database may take it all.
pub fn database_quota(capacity: u64) -> Option<u64> {
    let percent = u64::from(DATABASE_QUOTA.get().unsigned_abs());
    (percent < 100).then(|| capacity / 100 * percent)
}

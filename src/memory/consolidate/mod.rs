//! x
mod cache;
mod plan;
mod read;
mod rules;
fn progress(told: &mut i64, what: impl FnOnce() -> String) {
    const BETWEEN_NOTICES: i64 = 5_000_000;
    let now = crate::pg::clock_micros();
    if now - *told >= BETWEEN_NOTICES {
        *told = now;
        pgrx::notice!("{}", what());
    }
}

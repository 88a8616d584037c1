//! Associations that form by themselves, and how far the jobs that make them have come. Everything here is written as the owner of
//! the tables; what is explicit is never touched.

use crate::pg::{
    self,
    spi::{self, Arg},
};
use pgrx::pg_sys::UUIDOID;

/// Whether the catalog of this database has what is needed: that of version 0.1.0 has not.
pub fn is_possible() -> bool {
    pg::has_table(c"progress")
}

/// Raises the associations among memories that were recalled together. Returns how many changed.
pub fn together(space: &str, ids: &[[u8; 16]], rate: f32, most_weight: f32, most_edges: usize) -> u64 {
    let (raise, forget) =
        (include_str!("../../sql/query/learn_together.sql"), include_str!("../../sql/query/learn_forget.sql"));
    let key = [Arg::Text(space), Arg::UuidArray(ids)];
    pg::as_owner(|| {
        let raised = spi::execute(raise, &[key[0], key[1], Arg::Float4(rate), Arg::Float4(most_weight)]);
        raised + spi::execute(forget, &[key[0], key[1], Arg::Int4(most_edges as i32)])
    })
}

/// How far a job has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Everything that earlier transactions changed is done.
    pub through: u64,
    /// Of what transaction `through` changed, ids up to this one are done.
    pub after: Option<[u8; 16]>,
    /// What earlier transactions changed was there when the job began.
    pub whole: u64,
    /// Settings the job was begun with.
    pub detail: String,
}

impl Progress {
    /// The same, but not beyond what earlier transactions than `safe` changed.
    pub fn up_to(&self, safe: u64) -> Progress {
        if self.through < safe { self.clone() } else { Progress { through: safe, after: None, ..self.clone() } }
    }
}

/// The jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Job {
    CoRecall,
    Similarity,
    /// Cues in texts that were stored before the space knew them.
    Cues,
    /// Memories that are old and out of use.
    Cold,
}

impl Job {
    fn name(self) -> &'static str {
        match self {
            Job::CoRecall => "co-recall",
            Job::Similarity => "similarity",
            Job::Cues => "cues",
            Job::Cold => "cold",
        }
    }
}

/// Keeps others from the same job in the same space until the transaction ends.
pub fn lock(space: &str, job: Job) {
    let args = [Arg::Text(space), Arg::Text(job.name())];
    pg::as_owner(|| {
        spi::execute(include_str!("../../sql/query/progress_begin.sql"), &args);
        spi::execute(include_str!("../../sql/query/progress_lock.sql"), &args);
    });
}

/// How far a job has come; none where it was not begun.
pub fn progress(space: &str, job: Job) -> Option<Progress> {
    let mut found = None;
    pg::as_owner(|| {
        let args = [Arg::Text(space), Arg::Text(job.name())];
        spi::execute_returning(include_str!("../../sql/query/progress_find.sql"), &args, |row| {
            found = Some(Progress {
                through: row.xid8(1).unwrap_or(0),
                after: row.uuid(2),
                whole: row.xid8(3).unwrap_or(0),
                detail: row.text(4).unwrap_or_default().to_owned(),
            });
        });
    });
    found
}

/// Keeps how far it has come.
pub fn keep_progress(space: &str, job: Job, progress: &Progress) {
    let args = [
        Arg::Text(space),
        Arg::Text(job.name()),
        Arg::Xid8(progress.through),
        progress.after.map_or(Arg::Null(UUIDOID), Arg::Uuid),
        Arg::Xid8(progress.whole),
        Arg::Text(&progress.detail),
    ];
    pg::as_owner(|| spi::execute(include_str!("../../sql/query/progress_keep.sql"), &args));
}

/// Spaces in which a job was begun.
pub fn begun(job: Job) -> Vec<String> {
    let mut spaces = Vec::new();
    pg::as_owner(|| {
        spi::select(include_str!("../../sql/query/progress_spaces.sql"), &[Arg::Text(job.name())], |row| {
            spaces.extend(row.text(1).map(str::to_owned));
        });
    });
    spaces
}

/// Removes every association for similarity. Returns how many there were.
pub fn clear_similar(space: &str) -> u64 {
    pg::as_owner(|| spi::execute(include_str!("../../sql/query/similar_clear.sql"), &[Arg::Text(space)]))
}

/// Forgets how far associating by similarity has come.
pub fn drop_progress(space: &str) {
    let args = [Arg::Text(space), Arg::Text(Job::Similarity.name())];
    pg::as_owner(|| spi::execute(include_str!("../../sql/query/progress_drop.sql"), &args));
}

/// A memory whose neighbours are to be found.
#[derive(Clone, Copy, Debug)]
pub struct Work {
    /// Transaction that changed it, or that took an association from it.
    pub changed: u64,
    pub id: [u8; 16],
    /// It changed itself.
    pub itself: bool,
}

/// What is to be done before transaction `until`, at most `most` memories, in order.
pub fn work(space: &str, progress: &Progress, until: u64, edges: usize, most: usize) -> Vec<Work> {
    let args = [
        Arg::Text(space),
        Arg::Xid8(progress.through),
        Arg::Xid8(until),
        progress.after.map_or(Arg::Null(UUIDOID), Arg::Uuid),
        Arg::Int4(edges as i32),
        Arg::Int4(most as i32),
    ];
    let mut work = Vec::new();
    pg::as_owner(|| {
        spi::execute_returning(include_str!("../../sql/query/similar_work.sql"), &args, |row| {
            if let Some((changed, id)) = row.xid8(1).zip(row.uuid(2)) {
                work.push(Work { changed, id, itself: row.bool(3).unwrap_or(true) });
            }
        });
    });
    work
}

/// Gives a memory these neighbours, best first, and no others. `around` are all that are similar enough: others lose their
/// association to it. Returns how many associations changed.
pub fn set_neighbours(space: &str, id: [u8; 16], neighbours: &[([u8; 16], f32)], around: &[([u8; 16], f32)]) -> u64 {
    let (targets, weights): (Vec<[u8; 16]>, Vec<f32>) = neighbours.iter().copied().unzip();
    let sources: Vec<[u8; 16]> = around.iter().map(|n| n.0).collect();
    let (me, targets) = (Arg::Uuid(id), Arg::UuidArray(&targets));
    pg::as_owner(|| {
        let drop = [Arg::Text(space), me, targets, Arg::UuidArray(&sources)];
        let gone = spi::execute(include_str!("../../sql/query/similar_drop.sql"), &drop);
        let put = [Arg::Text(space), me, targets, Arg::Float4Array(&weights)];
        gone + spi::execute(include_str!("../../sql/query/similar_upsert.sql"), &put)
    })
}

/// Makes the memory a neighbour of those around it that have fewer than `edges` better ones. Returns how many associations changed.
pub fn offer_neighbour(space: &str, id: [u8; 16], around: &[([u8; 16], f32)], edges: usize) -> u64 {
    let (others, weights): (Vec<[u8; 16]>, Vec<f32>) = around.iter().copied().unzip();
    let (others, edges) = (Arg::UuidArray(&others), Arg::Int4(edges as i32));
    let offer = [Arg::Text(space), Arg::Uuid(id), others, Arg::Float4Array(&weights), edges];
    pg::as_owner(|| {
        let made = spi::execute(include_str!("../../sql/query/similar_back.sql"), &offer);
        if made == 0 {
            return 0;
        }
        made + spi::execute(include_str!("../../sql/query/similar_cut.sql"), &[Arg::Text(space), others, edges])
    })
}

//! Reading the repository for the tests of this crate: its files, and Rust source with comments and
//! string literals taken apart. The tests look at text, line by line; they parse no Rust.

mod scan;

pub use scan::{Line, lines_of, literals_of};

use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// One file of the repository.
pub struct File {
    /// Its path from the root, with forward slashes.
    pub path: String,
    /// What it holds.
    pub text: String,
}

/// The root of the checkout.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("this crate lies two levels below the root")
        .to_path_buf()
}

/// Every text file of the repository whose name ends in one of `endings`, in order of path; build
/// products and hidden directories are left out.
pub fn files(endings: &[&str]) -> Vec<File> {
    let root = root();
    let mut files: Vec<File> = WalkDir::new(&root)
        .into_iter()
        .filter_entry(|entry| {
            let name = entry.file_name().to_string_lossy();
            entry.depth() == 0 || !(name.starts_with('.') || name == "target")
        })
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
        .filter_map(|entry| {
            let path = entry.path().strip_prefix(&root).ok()?;
            let path = path.to_str()?.replace('\\', "/");
            if !endings.iter().any(|ending| path.ends_with(ending)) {
                return None;
            }
            let text = std::fs::read_to_string(entry.path()).ok()?;
            Some(File { path, text })
        })
        .collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

/// The Rust files whose path begins with one of `places`.
pub fn rust_below(places: &[&str]) -> Vec<File> {
    let mut found = files(&[".rs"]);
    found.retain(|file| places.iter().any(|place| file.path.starts_with(place)));
    found
}

/// Whether a file holds tests only.
pub fn is_test(path: &str) -> bool {
    path.starts_with("tests/")
        || path.starts_with("benches/")
        || path.contains("/tests/")
        || path.contains("/benches/")
        || path.ends_with("/tests.rs")
}

/// Asserts that a rule found nothing, and lists what it found: one line each.
///
/// # Panics
/// When `found` is not empty.
pub fn assert_none(rule: &str, found: &[String]) {
    assert!(found.is_empty(), "{rule}:\n{}", found.join("\n"));
}

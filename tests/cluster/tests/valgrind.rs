//! A server under valgrind, with every verb: no error in a frame of the extension.
//!
//! Needs valgrind and the debug build: `./scripts/test valgrind`. `tests/cluster/valgrind.supp` has what is PostgreSQL's own.

use engram_cluster_tests::workload::{STEPS, Workload};
use engram_cluster_tests::{Cluster, Ledger, Options, Server, Shutdown, assert_consistent, have};
use std::cell::Cell;
use std::path::PathBuf;

/// Steps that would take hours or restart the server.
const LEFT_OUT: &[&str] = &["a large transaction", "filling", "restart", "the postmaster killed"];

#[test]
#[ignore = "takes minutes: ./scripts/test valgrind"]
fn no_verb_makes_an_error_under_valgrind() {
    if !have("valgrind") {
        return;
    }
    let logs = PathBuf::from(format!("/tmp/engram-valgrind-{}", std::process::id()));
    Server::installed().make_directory(&logs);
    // Read by the user of the server, who need not see the checkout.
    let suppressions = logs.join("valgrind.supp");
    std::fs::copy(concat!(env!("CARGO_MANIFEST_DIR"), "/valgrind.supp"), &suppressions)
        .expect("the suppressions are there");
    let under = [
        "valgrind".to_string(),
        "--quiet".to_string(),
        "--trace-children=yes".to_string(),
        "--track-origins=no".to_string(),
        "--num-callers=40".to_string(),
        "--error-limit=no".to_string(),
        format!("--suppressions={}", suppressions.display()),
        format!("--log-file={}/%p.log", logs.display()),
    ];
    let options = Options { under: under.to_vec(), ..Options::words_only() }
        .with("max_prepared_transactions = 10")
        .with("engram.hot_tier_size = '16MB'")
        .with("engram.hebbian_rate = 0.1")
        .with("engram.similarity_edges = 2")
        .with("engram.similarity_threshold = 0.3");
    let cluster = Cluster::with_extension(&options);
    let (ledger, words) = (Ledger::of("valgrind"), Cell::new(0));
    let w = Workload { cluster: &cluster, ledger: &ledger, over: &|| false, words: &words, crowd: 0 };
    for (name, step) in STEPS.iter().filter(|(name, _)| !LEFT_OUT.contains(name)) {
        step(&w).unwrap_or_else(|error| panic!("{name}: {error:?}"));
        eprintln!("{name}: done");
    }
    let mut client = cluster.client();
    ledger.settle(&mut client);
    client
        .batch_execute("SELECT * FROM engram.stat_tier; SELECT * FROM engram.graph_health('valgrind')")
        .expect("statistics are readable");
    client
        .query("SELECT * FROM engram_explain_recall(cue => 'tide', space => 'valgrind')", &[])
        .expect("a recall is explained");
    client
        .query("SELECT * FROM engram_feeling_of_knowing('tide', space => 'valgrind')", &[])
        .expect("a feeling is there");
    assert_consistent(&mut client);
    drop(client);
    cluster.stop(Shutdown::Fast);

    let mut errors = Vec::new();
    let mut processes = 0;
    for entry in std::fs::read_dir(&logs).expect("the logs are readable") {
        let path = entry.expect("the logs are readable").path();
        if path.extension().is_some_and(|extension| extension == "log") {
            processes += 1;
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            // Each error is a paragraph; the mark before each line names the process.
            let plain: String = text
                .lines()
                .map(|line| format!("{}\n", line.splitn(3, "==").nth(2).unwrap_or_default().trim_end()))
                .collect();
            errors.extend(plain.split("\n\n").filter(|e| e.contains("engram")).map(str::to_string));
        }
    }
    assert!(processes > 5, "valgrind wrote of {processes} processes only");
    assert!(
        errors.is_empty(),
        "{} errors, see {}:\n{}",
        errors.len(),
        logs.display(),
        errors.iter().take(5).cloned().collect::<Vec<_>>().join("\n\n")
    );
    let _ = std::fs::remove_dir_all(&logs);
}

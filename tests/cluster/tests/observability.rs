//! What Prometheus gets: a server with a workload, Debian's postgres_exporter with `grafana/queries.yaml`, and promtool.
//!
//! The ring observability runs this; it says where the programs are by `ENGRAM_EXPORTER` and `ENGRAM_PROMTOOL`.

use engram_cluster_tests::{Cluster, Options, remember, wait_ready_space, wait_until};
use postgres::Client;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(60);

fn program(variable: &str) -> PathBuf {
    PathBuf::from(
        std::env::var_os(variable)
            .unwrap_or_else(|| panic!("{variable} names no program: run ./scripts/test observability")),
    )
}

fn queries() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../grafana/queries.yaml")
}

/// A running exporter; it ends with the test.
struct Exporter {
    process: Child,
    port: u16,
}

impl Exporter {
    fn start(cluster: &Cluster, role: &str) -> Exporter {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let socket = cluster.socket().display();
        let process = Command::new(program("ENGRAM_EXPORTER"))
            .env("DATA_SOURCE_NAME", format!("host={socket} user={role} dbname=postgres sslmode=disable"))
            .arg(format!("--extend.query-path={}", queries().display()))
            .arg(format!("--web.listen-address=127.0.0.1:{port}"))
            .arg("--disable-settings-metrics")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the exporter starts");
        let exporter = Exporter { process, port };
        wait_until("the exporter listens", PATIENCE, || TcpStream::connect(("127.0.0.1", port)).is_ok());
        exporter
    }

    /// One scrape, as Prometheus makes it.
    fn scrape(&self) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        // Version 1.0, so that the answer ends with the connection and comes in one piece.
        stream.write_all(b"GET /metrics HTTP/1.0\r\nHost: localhost\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
        assert!(head.contains(" 200 "), "{head}");
        body.to_owned()
    }
}

impl Drop for Exporter {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Lines of our metrics.
fn ours(scrape: &str) -> String {
    let mine = |line: &&str| ["engram", "# HELP engram", "# TYPE engram"].iter().any(|start| line.starts_with(start));
    scrape.lines().filter(mine).flat_map(|line| [line, "\n"]).collect()
}

/// Each series with its value.
fn series(scrape: &str) -> BTreeMap<String, f64> {
    let lines = scrape.lines().filter(|line| !line.starts_with('#'));
    let parsed = lines.filter_map(|line| {
        let (name, value) = line.rsplit_once(' ')?;
        Some((name.to_owned(), value.parse().unwrap_or_else(|_| panic!("{line}"))))
    });
    parsed.collect()
}

/// Families by type.
fn types(scrape: &str) -> BTreeMap<String, String> {
    let lines = scrape.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    lines.filter_map(|line| line.split_once(' ')).map(|(name, kind)| (name.to_owned(), kind.to_owned())).collect()
}

/// Names that the queries promise, with their types.
fn promised() -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(queries()).unwrap();
    let (mut key, mut column) = (String::new(), String::new());
    let mut names = BTreeMap::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        if let Some(name) = line.strip_suffix(':').filter(|name| !name.starts_with(' ')) {
            key = name.to_owned();
        } else if let Some(name) = line.trim().strip_prefix("- ").and_then(|name| name.strip_suffix(':')) {
            column = name.to_owned();
        } else if let Some(usage) = line.trim().strip_prefix("usage: ").filter(|usage| *usage != "LABEL") {
            names.insert(format!("{key}_{column}"), usage.to_lowercase());
        }
    }
    names
}

fn work(client: &mut Client) {
    remember(client, "observed", "the lantern hangs at the pier of Saltmere");
    remember(client, "observed", "a lantern without oil in Saltmere");
    wait_ready_space(client, "observed");
    for cue in ["lantern", "Saltmere", "nothing of the kind"] {
        client.query("SELECT id FROM engram_recall($1, space => 'observed')", &[&cue]).unwrap();
    }
    client.query("SELECT engram_recall('x', k => -1)", &[]).unwrap_err();
}

#[test]
#[ignore = "needs the exporter and promtool: ./scripts/test observability"]
fn the_exporter_gets_every_metric_and_promtool_finds_nothing_wrong() {
    let cluster = Cluster::with_extension(&Options::words_only());
    let mut client = cluster.client();
    client.batch_execute("CREATE ROLE engram_exporter LOGIN IN ROLE pg_monitor").unwrap();
    work(&mut client);
    let exporter = Exporter::start(&cluster, "engram_exporter");
    exporter.scrape();
    let scrape = exporter.scrape();
    let all = series(&scrape);
    assert_eq!(all["pg_up"], 1.0);
    assert_eq!(all["pg_exporter_last_scrape_error"], 0.0, "a query failed");
    let mine = ours(&scrape);
    let mut promtool = Command::new(program("ENGRAM_PROMTOOL"))
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("promtool starts");
    promtool.stdin.take().unwrap().write_all(mine.as_bytes()).unwrap();
    let output = promtool.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr) + String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.trim().is_empty(), "promtool: {said}");
    // What the queries promise is there, as the type that they promise. A standby and a server without workers have all of it too.
    let (promised, found) = (promised(), types(&mine));
    assert!(promised.len() > 50, "{promised:?}");
    assert_eq!(promised, found);
    // So is it in the view for exporters that read rows.
    let rows = client.query("SELECT DISTINCT name FROM engram.metrics", &[]).unwrap();
    let long: BTreeSet<String> = rows.iter().map(|row| row.get(0)).collect();
    let parts = |(name, kind): (&String, &String)| match kind.as_str() {
        "histogram" => ["_bucket", "_sum", "_count"].iter().map(|part| format!("{name}{part}")).collect(),
        _ => vec![name.clone()],
    };
    assert_eq!(long, promised.iter().flat_map(parts).collect());
    for (name, value) in series(&mine) {
        assert!(value.is_finite(), "{name} is {value}");
    }
    let mine = series(&mine);
    let of = |start: &'static str| mine.iter().filter(move |(name, _)| name.starts_with(start));
    let recalls: f64 =
        of("engram_operation_calls_total").filter(|(n, _)| n.contains("operation=\"recall\"")).map(|(_, v)| v).sum();
    assert_eq!(recalls, 4.0);
    let durations: Vec<_> =
        of("engram_operation_duration_seconds_bucket").filter(|(n, _)| n.contains("operation=\"recall\"")).collect();
    assert_eq!(durations.len(), 13, "twelve bounds and +Inf: {durations:?}");
    let highest = durations.iter().find(|(name, _)| name.contains("le=\"+Inf\"")).expect("+Inf");
    assert_eq!(*highest.1, 4.0);
    let errors: f64 =
        of("engram_operation_errors_total").filter(|(n, _)| n.contains("sqlstate_class=\"22\"")).map(|(_, v)| v).sum();
    assert_eq!(errors, 1.0);
    let operations: BTreeSet<&str> = of("engram_operation_duration_seconds_count")
        .filter_map(|(name, _)| name.split("operation=\"").nth(1)?.split('"').next())
        .collect();
    for operation in [
        "remember",
        "recall",
        "spread",
        "forget",
        "associate",
        "complete",
        "imagine",
        "predict",
        "consolidate",
        "query",
    ] {
        assert!(operations.contains(operation), "{operation} is there before its first call: {operations:?}");
    }
}

#[test]
#[ignore = "needs the exporter and promtool: ./scripts/test observability"]
fn a_space_that_is_called_as_the_others_disturbs_no_scrape() {
    let options = Options::words_only().with("engram.consolidation = on").with("engram.consolidation_interval = '1s'");
    let cluster = Cluster::with_extension(&options);
    let mut client = cluster.client();
    client.batch_execute("CREATE ROLE engram_exporter LOGIN IN ROLE pg_monitor").unwrap();
    for space in ["other", "another"] {
        remember(&mut client, space, "the lantern hangs at the pier of Saltmere");
        client.query("SELECT id FROM engram_recall('lantern', space => $1)", &[&space]).unwrap();
    }
    wait_until("both were consolidated", PATIENCE, || {
        let sql = "SELECT runs_total + skipped_total FROM engram.metrics_consolidation WHERE space = $1";
        let done = |client: &mut Client, space: &str| {
            client.query_opt(sql, &[&space]).unwrap().map_or(0, |row| row.get::<_, i64>(0))
        };
        done(&mut client, "another") > 0 && done(&mut client, "other") > 0
    });
    let exporter = Exporter::start(&cluster, "engram_exporter");
    let all = series(&exporter.scrape());
    assert_eq!(all["pg_exporter_last_scrape_error"], 0.0, "a query failed");
    let twice = "SELECT name, database, space, operation, label, le FROM engram.metrics GROUP BY 1, 2, 3, 4, 5, 6 HAVING count(*) > 1";
    assert!(client.query(twice, &[]).unwrap().is_empty());
}

#[test]
#[ignore = "needs the exporter and promtool: ./scripts/test observability"]
fn no_scraped_counter_goes_down_when_workers_are_replaced() {
    let cluster = Cluster::with_extension(&Options::words_only());
    let mut client = cluster.client();
    client.batch_execute("CREATE ROLE engram_exporter LOGIN IN ROLE pg_monitor").unwrap();
    work(&mut client);
    let exporter = Exporter::start(&cluster, "engram_exporter");
    let mut last = BTreeMap::new();
    for _ in 0..3 {
        let scrape = ours(&exporter.scrape());
        let kinds = types(&scrape);
        let counts = |name: &str| {
            let family = name.split('{').next().unwrap_or(name);
            let of = |suffix: &str| {
                family.strip_suffix(suffix).is_some_and(|f| kinds.get(f).is_some_and(|k| k == "histogram"))
            };
            kinds.get(family).is_some_and(|kind| kind == "counter") || ["_bucket", "_count", "_sum"].into_iter().any(of)
        };
        let now: BTreeMap<String, f64> = series(&scrape).into_iter().filter(|(name, _)| counts(name)).collect();
        for (name, before) in &last {
            assert!(
                now.get(name).is_some_and(|value| value >= before),
                "{name} was {before} and is {:?}",
                now.get(name)
            );
        }
        last = now;
        client.execute("SELECT pg_terminate_backend(pid) FROM engram.stat_worker", &[]).unwrap();
        wait_until("the launcher is back", PATIENCE, || {
            let sql = "SELECT processes FROM engram.metrics_worker WHERE worker = 'launcher'";
            client.query_one(sql, &[]).unwrap().get::<_, i64>(0) == 1
        });
        client.query("SELECT id FROM engram_recall('lantern', space => 'observed')", &[]).unwrap();
    }
    assert!(last.len() > 100, "{last:?}");
}

#[test]
#[ignore = "needs the exporter and promtool: ./scripts/test observability"]
fn a_scrape_of_a_standby_has_every_metric() {
    let primary = Cluster::with_extension(&Options::words_only());
    let mut client = primary.client();
    client.batch_execute("CREATE ROLE engram_exporter LOGIN IN ROLE pg_monitor").unwrap();
    work(&mut client);
    let standby = primary.standby(&Options::words_only());
    let exporter = Exporter::start(&standby, "engram_exporter");
    let begun = Instant::now();
    let scrape = loop {
        let scrape = exporter.scrape();
        if series(&scrape).get("pg_exporter_last_scrape_error") == Some(&0.0) || begun.elapsed() > PATIENCE {
            break scrape;
        }
        std::thread::sleep(Duration::from_millis(200));
    };
    assert_eq!(types(&ours(&scrape)), promised());
    assert_eq!(
        series(&scrape).iter().find(|(name, _)| name.starts_with("engram_standby_in_recovery")).map(|s| *s.1),
        Some(1.0)
    );
}

//! Pages to look at: wherever the extension answers there is a page, and a browser shows it as it is meant, with no error and
//! nothing asked for from elsewhere.

use engram_cluster_tests::{Cluster, Options, remember, wait_until};
use postgres::Client;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

const SPACE: &str = "quay";

/// Memories with shared cues, some of whose text would do harm if it were not text; calls that are counted, failed ones too.
fn furnish(client: &mut Client) -> uuid::Uuid {
    let things =
        ["lantern", "<script>document.title = 'broken'</script> net", "<img src='http://127.0.0.1:9/x.png'/> boat"];
    let people = ["Anna", "Bertil", "Carla & Dov"];
    let ids: Vec<uuid::Uuid> = (0..60)
        .map(|n| {
            let content = format!("{} carried the {} to Pier {}", people[n % 3], things[n / 3 % 3], n % 5);
            remember(client, SPACE, &content)
        })
        .collect();
    for n in 0..20 {
        let cue = format!("who carried the lantern to Pier {}", n % 5);
        client.query("SELECT id FROM engram_recall($1, space => $2, k => 5)", &[&cue, &SPACE]).unwrap();
    }
    client.query("SELECT id FROM engram_recall('x', space => 'no <b>such</b> space')", &[]).unwrap_err();
    let sql = "SELECT engram_associate($1, $2, kind => 'causal', weight => 0.9, space => $3)";
    client.query(sql, &[&ids[0], &ids[7], &SPACE]).unwrap();
    ids[0]
}

fn page(client: &mut Client) -> String {
    client.query_one("SELECT engram_report()", &[]).unwrap().get(0)
}

fn drawing(client: &mut Client, id: uuid::Uuid, format: &str) -> String {
    let sql = "SELECT engram_graph($1, format => $2, space => $3)";
    client.query_one(sql, &[&id, &format, &SPACE]).unwrap().get(0)
}

#[test]
fn there_is_a_page_without_preloading_in_a_read_only_transaction_and_on_a_standby() {
    let primary = Cluster::with_extension(&Options::default());
    let mut writer = primary.client();
    let id = furnish(&mut writer);
    let drawn = drawing(&mut writer, id, "json");
    writer.batch_execute("BEGIN READ ONLY").unwrap();
    let shown = page(&mut writer);
    assert!(shown.contains("Latency by operation") && shown.contains("Graph health"), "{shown}");
    assert_eq!(drawing(&mut writer, id, "json"), drawn);
    let assigned: bool = writer.query_one("SELECT pg_current_xact_id_if_assigned() IS NULL", &[]).unwrap().get(0);
    assert!(assigned, "a page takes no transaction id");
    writer.batch_execute("COMMIT").unwrap();
    for preload in [true, false] {
        let standby = primary.standby(&Options { preload, ..Options::default() });
        let mut reader = standby.client();
        wait_until("the standby draws what its primary draws", Duration::from_secs(30), || {
            let sql = "SELECT engram_graph($1, format => 'json', space => $2)";
            reader.query_one(sql, &[&id, &SPACE]).is_ok_and(|row| row.get::<_, String>(0) == drawn)
        });
        let shown = page(&mut reader);
        assert!(shown.contains("on a standby of PostgreSQL"), "{shown}");
        assert_eq!(!preload, shown.contains("not in shared_preload_libraries"), "preloaded: {preload}");
        assert!(shown.contains("Graph health") || !preload, "{shown}");
    }
}

/// What the browser says about a page, and its picture.
struct Look {
    log: String,
    dom: String,
}

fn look(file: &Path, picture: &Path, (width, height): (u32, u32), dark: bool) -> Look {
    let browser = std::env::var("ENGRAM_CHROMIUM").expect("ENGRAM_CHROMIUM names the browser");
    let run = |more: &[String]| {
        let output = Command::new(&browser)
            .args(["--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--enable-logging=stderr", "--timeout=20000"])
            .arg(format!("--window-size={width},{height}"))
            // 0 is dark and 1 is light.
            .arg(format!("--blink-settings=preferredColorScheme={}", u8::from(!dark)))
            .args(more)
            .arg(format!("file://{}", file.display()))
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        output
    };
    let drawn = run(&[format!("--screenshot={}", picture.display())]);
    let read = run(&["--dump-dom".to_owned()]);
    let log = [drawn.stderr, read.stderr].concat();
    Look { log: String::from_utf8_lossy(&log).into_owned(), dom: String::from_utf8_lossy(&read.stdout).into_owned() }
}

/// Where pictures are left for people: the directory that ENGRAM_PICTURES names, or one that goes away.
fn pictures() -> PathBuf {
    let place =
        std::env::var_os("ENGRAM_PICTURES").map_or_else(|| std::env::temp_dir().join("engram-pages"), PathBuf::from);
    std::fs::create_dir_all(&place).unwrap();
    place
}

/// Width and height of a PNG, from its header.
fn size(picture: &Path) -> (u32, u32) {
    let bytes = std::fs::read(picture).unwrap();
    let number = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
    assert!(bytes.len() > 5_000, "{} is all but blank", picture.display());
    (number(16), number(20))
}

#[test]
#[ignore = "needs headless Chromium: ./scripts/test observability"]
fn a_browser_shows_the_page_on_a_phone_in_the_dark_and_on_a_desk() {
    let cluster = Cluster::with_extension(&Options::default());
    let mut client = cluster.client();
    let id = furnish(&mut client);
    let place = pictures();
    let (report, graph) = (place.join("report.html"), place.join("graph.svg"));
    std::fs::write(&report, page(&mut client)).unwrap();
    std::fs::write(&graph, drawing(&mut client, id, "svg")).unwrap();
    for (file, name, view, dark) in [
        (&report, "phone-dark.png", (390, 844), true),
        (&report, "desk-light.png", (1280, 900), false),
        (&graph, "graph-dark.png", (900, 900), true),
    ] {
        let picture = place.join(name);
        let seen = look(file, &picture, view, dark);
        assert!(!seen.log.contains("CONSOLE"), "{name}: {}", seen.log);
        assert_eq!(size(&picture), view, "{name}");
        // A script or an image of a user's text would be an element of the document that the browser made.
        assert!(
            !seen.dom.contains("<script") && !seen.dom.contains("<img") && !seen.dom.contains("broken</title>"),
            "{name}"
        );
        assert!(seen.dom.contains("&lt;script&gt;") || file == &report, "the drawing has the text: {}", seen.dom);
    }
}

#[test]
#[ignore = "needs headless Chromium: ./scripts/test observability"]
fn no_part_of_the_page_is_wider_than_a_phone() {
    let cluster = Cluster::with_extension(&Options::default());
    let mut client = cluster.client();
    furnish(&mut client);
    let file = pictures().join("measured.html");
    // A script of the test's own, in a copy without the policy that forbids scripts, measures what the browser laid out.
    let measure = "<script>document.documentElement.setAttribute('data-wide', document.documentElement.scrollWidth)</script></body>";
    let copy = page(&mut client).replace("Content-Security-Policy", "x-left-out").replace("</body>", measure);
    std::fs::write(&file, copy).unwrap();
    for width in [390, 500] {
        let seen = look(&file, &pictures().join("measured.png"), (width, 844), true);
        assert!(seen.dom.contains(&format!("data-wide=\"{width}\"")), "at {width}: {:.300}", seen.dom);
    }
}

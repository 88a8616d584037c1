//! Without preloading, in a read-only transaction and on a standby: the same rows, the same order, the
//! same scores.

use engram_cluster_tests::{Cluster, Hit, Options, recall, remember, remember_many, wait_until};
use postgres::Client;
use serde_json::json;
use std::time::Duration;

const SPACE: &str = "anywhere";
const CUES: &[&str] = &["Who carried the lantern to the quay", "Ana", "storm", "the chart of 1907", "grey boat"];

fn fill(client: &mut Client) {
    let people = ["Ana", "Ben", "Cora"];
    let things = ["grey boat", "lantern", "chart", "storm glass"];
    let batch: Vec<_> = (0..120)
        .map(|n| {
            json!({
                "space": SPACE,
                "content": format!("{} carried the {} to the quay in {}", people[n % 3], things[n / 3 % 4], 1900 + n / 12),
                "context": format!("log {}", n / 8),
            })
        })
        .collect();
    remember_many(client, &batch);
}

fn answers(client: &mut Client) -> Vec<Vec<Hit>> {
    CUES.iter().map(|cue| recall(client, SPACE, cue, 15)).collect()
}

/// Every other way to ask, as text.
fn accounts(client: &mut Client) -> Vec<String> {
    let asked = [
        "SELECT e::text FROM CUES cue, engram_explain_recall(cue, space => 'anywhere') e",
        "SELECT e FROM CUES cue, engram_explain_recall_text(cue, space => 'anywhere', k => 3) e",
        "SELECT id::text || score FROM CUES cue, engram_recall_across('{anywhere}', cue, max_tokens => 40)",
        "SELECT f::text FROM CUES cue, engram_feeling_of_knowing(cue, space => 'anywhere') f",
        "SELECT h::text FROM engram.graph_health('anywhere') h",
    ];
    let cues = format!("unnest(ARRAY['{}'])", CUES.join("', '"));
    let rows = asked.iter().flat_map(|sql| client.query(&sql.replace("CUES", &cues), &[]).expect("an account"));
    rows.map(|row| row.get(0)).collect()
}

#[test]
fn recall_answers_alike_with_and_without_preloading() {
    let cluster = Cluster::with_extension(&Options::default());
    fill(&mut cluster.client());
    let expected = answers(&mut cluster.client());
    assert!(expected.iter().all(|hits| !hits.is_empty()), "{expected:?}");
    let accounted = accounts(&mut cluster.client());
    assert!(accounted.len() > 100, "{accounted:?}");

    cluster.stop(engram_cluster_tests::Shutdown::Fast);
    cluster.append_conf(&["shared_preload_libraries = ''".to_string()]);
    cluster.start_server();
    let mut client = cluster.client();
    assert_eq!(answers(&mut client), expected, "without preloading");
    assert_eq!(accounts(&mut client), accounted, "without preloading");
    client.batch_execute("BEGIN READ ONLY").unwrap();
    assert_eq!(answers(&mut client), expected, "read only, without preloading");
    client.batch_execute("COMMIT").unwrap();

    // Writing works too, and every session notices.
    let mut other = cluster.client();
    assert_eq!(answers(&mut other), expected);
    let id = remember(&mut client, SPACE, "zudododo arrived without preloading");
    for client in [&mut client, &mut other] {
        assert_eq!(recall(client, SPACE, "zudododo", 1)[0].id, id);
    }
    // An alias makes the cue of a memory another one, in copies that were made before, too.
    let id = remember(&mut client, SPACE, "Zukafe was painted without preloading");
    for client in [&mut client, &mut other] {
        assert_ne!(recall(client, SPACE, "what about Quay Nine", 1)[0].id, id);
    }
    let alias = "INSERT INTO engram.cue_alias (space, alias, cue) VALUES ($1, 'Zukafe', 'Quay Nine')";
    client.execute(alias, &[&SPACE]).unwrap();
    for client in [&mut client, &mut other] {
        assert_eq!(recall(client, SPACE, "what about Quay Nine", 1)[0].id, id);
    }
}

#[test]
fn a_read_only_transaction_recalls() {
    let cluster = Cluster::with_extension(&Options::default());
    let mut client = cluster.client();
    fill(&mut client);
    let expected = answers(&mut client);
    client.batch_execute("BEGIN READ ONLY").unwrap();
    assert_eq!(answers(&mut client), expected);
    accounts(&mut client);
    let assigned: bool = client.query_one("SELECT pg_current_xact_id_if_assigned() IS NULL", &[]).unwrap().get(0);
    assert!(assigned, "a recall takes no transaction id");
    client.batch_execute("COMMIT").unwrap();
}

#[test]
fn a_hot_standby_recalls_alike_and_follows() {
    let primary = Cluster::with_extension(&Options::default());
    let mut writer = primary.client();
    fill(&mut writer);
    let expected = answers(&mut writer);
    let accounted = accounts(&mut writer);
    for preload in [true, false] {
        let standby = primary.standby(&Options { preload, ..Options::default() });
        let mut reader = standby.client();
        assert_eq!(answers(&mut reader), expected, "on a standby, preloaded: {preload}");
        assert_eq!(accounts(&mut reader), accounted, "on a standby, preloaded: {preload}");
        let word = if preload { "zudobodo" } else { "zudobobo" };
        let id = remember(&mut writer, "elsewhere", &format!("{word} crosses over"));
        wait_until("the standby recalls the new memory", Duration::from_secs(30), || {
            // The space itself may not have arrived yet.
            reader
                .query_opt("SELECT id FROM engram_recall(cue => $1, space => 'elsewhere', k => 1)", &[&word])
                .is_ok_and(|row| row.is_some_and(|row| row.get::<_, uuid::Uuid>(0) == id))
        });
        let error = reader
            .query("SELECT engram_remember(content => 'no', space => 'anywhere')", &[])
            .expect_err("a standby is read-only");
        assert_eq!(error.code().map(|code| code.code()), Some("25006"), "{error:?}");
    }
}

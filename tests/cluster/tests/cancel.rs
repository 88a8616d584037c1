//! A recall over a large space ends when it is told to, and harms nothing by ending.

use engram_cluster_tests::{Cluster, Options, recall, remember, setting_from_env, wait_ready_space};
use postgres::error::SqlState;
use std::time::{Duration, Instant};

const SPACE: &str = "large";
const CUE: &str = "the grey boat carried rope and lanterns to the north pier";

/// How long after the request an answer may come, in milliseconds. The promise is 50 on an idle machine.
fn grace() -> Duration {
    Duration::from_millis(setting_from_env("ENGRAM_CANCEL_GRACE_MS", 250))
}

fn large_space() -> Cluster {
    let cluster = Cluster::with_extension(&Options::default().with("engram.hot_tier_size = '256MB'"));
    let memories: i64 = setting_from_env("ENGRAM_CANCEL_MEMORIES", 20_000);
    let mut client = cluster.client();
    remember(&mut client, SPACE, CUE);
    client
        .execute(
            "INSERT INTO engram.memory (space, content, context)
             SELECT $1, string_agg(CASE WHEN (g * 31 + w * 17 + g * w) % 4 > 0 THEN 'w' || (g * 7919 + w * g * 613 + w) % 5000
                                   ELSE words[1 + (g * 13 + w * w * 7 + g / 11) % 24] END, ' ') || ' ' || g, 'log ' || g / 50
             FROM generate_series(1, $2::bigint) g, generate_series(1, 30) w,
                  (SELECT string_to_array('the grey boat carried rope and lanterns to north pier south storm sail
                   captain letter island gull wave mast harbour keeper light fog bell', ' ') AS words) list
             GROUP BY g ORDER BY g",
            &[&SPACE, &memories],
        )
        .unwrap();
    wait_ready_space(&mut client, SPACE);
    cluster
}

#[test]
fn a_recall_over_a_large_space_ends_when_told() {
    let cluster = large_space();
    let mut client = cluster.client();
    let expected = recall(&mut client, SPACE, CUE, 10);
    assert_eq!(expected.len(), 10);

    // Many recalls in one statement: the timeout meets each point of a recall sooner or later.
    let many = "SELECT count(*) FROM generate_series(1, 20000) g,
                LATERAL engram_recall(cue => $1 || ' ' || g, space => $2, k => 50) r";
    let statement = client.prepare(many).unwrap();
    for timeout in (3..60).step_by(3) {
        client.batch_execute(&format!("SET statement_timeout = {timeout}")).unwrap();
        let start = Instant::now();
        let error = client.query(&statement, &[&CUE, &SPACE]).expect_err("so many recalls take longer");
        let late = start.elapsed().saturating_sub(Duration::from_millis(timeout));
        assert_eq!(error.code(), Some(&SqlState::QUERY_CANCELED), "{error:?}");
        assert!(late < grace(), "{late:?} after a timeout of {timeout} ms");
    }
    client.batch_execute("RESET statement_timeout").unwrap();

    for round in 0..10 {
        let token = client.cancel_token();
        let asked = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(30 + 7 * round));
            token.cancel_query(postgres::NoTls).unwrap();
            Instant::now()
        });
        let error = client.query(&statement, &[&CUE, &SPACE]).expect_err("so many recalls take longer");
        let ended = Instant::now();
        let late = ended.saturating_duration_since(asked.join().unwrap());
        assert_eq!(error.code(), Some(&SqlState::QUERY_CANCELED), "{error:?}");
        assert!(late < grace(), "{late:?} after a request to cancel");
    }

    assert_eq!(recall(&mut client, SPACE, CUE, 10), expected, "the same session");
    assert_eq!(recall(&mut cluster.client(), SPACE, CUE, 10), expected, "another session");
    // A writer would wait for ever for a lock that a cancelled recall had kept.
    client.batch_execute("SET statement_timeout = '10s'").unwrap();
    remember(&mut client, SPACE, "zubodoto arrived after all that");
    assert_eq!(recall(&mut client, SPACE, "zubodoto", 1).len(), 1);
}

//! In the end it makes no difference in which order memories came: each text names the cues that its space knows, also those it
//! came to know later.
//!
//! Names of one word are left out: in other texts they count only while few memories mention them, so what is found depends on
//! when it is looked for. Names within longer names are the other exception, and have a test of their own.

use engram_cluster_tests::{Cluster, Options, Rng, assert_consistent, recall, remember, wait_ready_space};
use postgres::Client;
use serde_json::{Value, json};
use uuid::Uuid;

const NAMES: [&str; 8] = [
    "Ana Marlow",
    "Port Saltmere",
    "Café Rivage",
    "Night Ferry",
    "Brave Old Pilot",
    "Harbour Office",
    "Jean-Luc Perrin",
    "Bank of Tides",
];

const QUESTIONS: [&str; 6] = [
    "What did Ana Marlow want from the harbour office?",
    "who waits at port saltmere for the night ferry",
    "brave old pilot",
    "the watch of the third night",
    "Jean-Luc Perrin and the Bank of Tides",
    "letters about bread",
];

fn id(n: usize) -> Uuid {
    Uuid::from_u128(0x018f_0000_0000_7000_8000_0000_0000_0000 + n as u128)
}

/// Memories in which names are written as names, in lower case, and given as cues.
fn memories() -> Vec<Value> {
    let mut texts: Vec<(String, Vec<&str>)> = Vec::new();
    for (n, name) in NAMES.iter().enumerate() {
        let (small, next) = (name.to_lowercase(), NAMES[(n + 3) % NAMES.len()].to_lowercase());
        texts.push((format!("Yesterday the letter {n} spoke of {name} and of bread"), vec![]));
        texts.push((format!("somebody asked {small} for the key number {n}"), vec![]));
        texts.push((format!("the box {n} belongs to {small}, the other one to {next}"), vec![]));
        texts.push((format!("nobody has seen {next} since the storm {n}"), vec![]));
        texts.push((
            format!("a lamp burned through the third night {n}"),
            if n % 4 == 1 { vec!["third night"] } else { vec![] },
        ));
    }
    let memory = |(n, (content, cues)): (usize, (String, Vec<&str>))| {
        let occurred_at = format!("2024-05-{:02} {:02}:00Z", n % 28 + 1, n % 24);
        json!({"id": id(n).to_string(), "content": content, "cues": cues, "context": format!("day {}", n % 3), "occurred_at": occurred_at})
    };
    texts.into_iter().enumerate().map(memory).collect()
}

fn store(client: &mut Client, space: &str, memory: &Value) {
    let sql = "SELECT engram_remember(content => $1, cues => $2, context => $3, occurred_at => $4::text::timestamptz, id => $5, space => $6)";
    let text = |key: &str| memory[key].as_str().unwrap();
    let cues: Vec<&str> = memory["cues"].as_array().unwrap().iter().map(|cue| cue.as_str().unwrap()).collect();
    let id: Uuid = text("id").parse().unwrap();
    client.execute(sql, &[&text("content"), &cues, &text("context"), &text("occurred_at"), &id, &space]).unwrap();
}

/// The cues of each memory, and what the questions bring to mind.
fn state(client: &mut Client, space: &str) -> Vec<String> {
    let sql = "SELECT m.content || ': ' || array_to_string(ARRAY(SELECT c FROM unnest(m.cues) c ORDER BY c), ', ')
               FROM engram.memory m WHERE m.space = $1 ORDER BY m.id";
    let mut out: Vec<String> = client.query(sql, &[&space]).unwrap().iter().map(|row| row.get(0)).collect();
    for question in QUESTIONS {
        let hits = recall(client, space, question, 20);
        out.extend(hits.into_iter().enumerate().map(|(at, hit)| format!("{question} {at}: {hit:?}")));
    }
    out
}

fn learn(client: &mut Client, space: &str) {
    client.query_one("SELECT engram.learn($1)", &[&space]).unwrap();
}

fn assert_same(found: &[String], expected: &[String], what: &str) {
    let different: Vec<_> = found.iter().zip(expected).filter(|(f, e)| f != e).collect();
    assert!(different.is_empty() && found.len() == expected.len(), "{what}: {different:#?}");
}

#[test]
fn memories_that_came_in_another_order_have_the_same_cues_and_answers_in_the_end() {
    let cluster = Cluster::with_extension(&Options::default());
    let mut client = cluster.client();
    let memories = memories();
    let mut orders: Vec<Vec<&Value>> = vec![memories.iter().collect(), memories.iter().rev().collect()];
    for seed in 0..5 {
        let mut rng = Rng::new(seed);
        let mut order: Vec<&Value> = memories.iter().collect();
        (1..order.len()).rev().for_each(|n| order.swap(n, rng.below(n + 1)));
        orders.push(order);
    }
    let space = |n: usize| format!("order {n}");
    for (n, order) in orders.iter().enumerate() {
        let half = if n < 3 { order.len() } else { order.len() / 2 };
        order[..half].iter().for_each(|memory| store(&mut client, &space(n), memory));
        if n > 3 {
            wait_ready_space(&mut client, &space(n));
            learn(&mut client, &space(n));
        }
    }
    // The second halves come while nothing is loaded, and one of them in one transaction.
    drop(client);
    cluster.restart();
    let mut client = cluster.client();
    for (n, order) in orders.iter().enumerate().skip(3) {
        let rest = &order[order.len() / 2..];
        if n == 5 {
            client.batch_execute("BEGIN").unwrap();
        }
        rest.iter().for_each(|memory| store(&mut client, &space(n), memory));
        if n == 5 {
            client.batch_execute("COMMIT").unwrap();
        }
    }
    for n in 0..orders.len() {
        wait_ready_space(&mut client, &space(n));
        learn(&mut client, &space(n));
    }
    let expected = state(&mut client, &space(0));
    let named = expected.iter().filter(|line| line.starts_with("somebody asked") && !line.ends_with(": ")).count();
    assert_eq!(named, NAMES.len(), "{expected:#?}");
    for n in 1..orders.len() {
        assert_same(&state(&mut client, &space(n)), &expected, &space(n));
    }
    assert_consistent(&mut client);
}

#[test]
fn a_text_that_was_being_stored_while_a_name_became_known_names_it_in_the_end() {
    let cluster = Cluster::with_extension(&Options::default());
    let (mut one, mut other) = (cluster.client(), cluster.client());
    let space = "meanwhile";
    remember(&mut one, space, "the space is there");
    wait_ready_space(&mut one, space);
    one.batch_execute("BEGIN").unwrap();
    other.batch_execute("BEGIN").unwrap();
    remember(&mut other, space, "We met Ana Marlow at the pier");
    let late = remember(&mut one, space, "nobody asked ana marlow for the key");
    other.batch_execute("COMMIT").unwrap();
    learn(&mut other, space);
    one.batch_execute("COMMIT").unwrap();
    learn(&mut other, space);
    let sql = "SELECT 'ana marlow' = ANY (cues) FROM engram.memory WHERE space = $1 AND id = $2";
    assert!(one.query_one(sql, &[&space, &late]).unwrap().get::<_, bool>(0));
    assert_consistent(&mut one);
}

/// What does not hold: a stored cue is never taken away, since it may have been given.
#[test]
fn a_name_within_a_longer_one_stays_where_it_was_known_first() {
    let cluster = Cluster::with_extension(&Options::default());
    let mut client = cluster.client();
    let short = "We asked the Harbour Office for help";
    let long = "We asked the Harbour Office Annex for help";
    let text = "the key of harbour office annex is lost";
    for (space, order, expected) in [
        ("short first", [short, text, long], vec!["harbour office", "harbour office annex"]),
        ("long first", [long, short, text], vec!["harbour office annex"]),
    ] {
        remember(&mut client, space, "the space is there");
        wait_ready_space(&mut client, space);
        for content in order {
            remember(&mut client, space, content);
            learn(&mut client, space);
        }
        let sql = "SELECT unnest(cues) FROM engram.memory WHERE space = $1 AND content = $2 ORDER BY 1";
        let cues = client.query(sql, &[&space, &text]).unwrap();
        assert_eq!(cues.iter().map(|row| row.get(0)).collect::<Vec<String>>(), expected, "{space}");
    }
}

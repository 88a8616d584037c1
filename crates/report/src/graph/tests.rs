use super::*;
use proptest::prelude::*;

fn node(id: &str, text: &str, hops: u8) -> Node {
    Node {
        id: id.into(),
        text: text.into(),
        kind: "episode".into(),
        is_cue: false,
        activation: 0.5 / f32::from(hops + 1),
        hops,
    }
}

/// A source, with some at one hop and at two, each linked with the one before.
fn chain(n: usize, text: &str) -> Neighbourhood {
    let nodes: Vec<Node> = (0..n).map(|i| node(&format!("id-{i}"), text, i.min(2) as u8)).collect();
    let links = (1..n).map(|i| Link { source: i - 1, target: i, kind: "causal".into(), weight: 0.5, directed: true });
    Neighbourhood { space: text.into(), links: links.collect(), nodes, left_out: 3 }
}

proptest! {
    #[test]
    fn whatever_the_text_every_form_is_well_formed(text in any::<String>(), n in 1usize..6) {
        let n = chain(n, &text);
        let svg = svg(&n);
        let read = roxmltree::Document::parse(&svg).unwrap();
        prop_assert_eq!(read.descendants().filter(|e| e.has_tag_name("circle") || e.tag_name().name() == "circle").count(), n.nodes.len());
        prop_assert!(read.descendants().all(|e| e.tag_name().name() != "script"));
        let read: serde_json::Value = serde_json::from_str(&json(&n)).unwrap();
        prop_assert_eq!(read["nodes"].as_array().unwrap().len(), n.nodes.len());
        prop_assert_eq!(read["links"].as_array().unwrap().len(), n.links.len());
        // Each statement of DOT stands on its line: quotes are balanced there once those that are escaped are taken out.
        let dot = dot(&n);
        prop_assert_eq!(dot.lines().count(), 1 + 3 + n.nodes.len() + n.links.len() + 1);
        for line in dot.lines() {
            let bare = line.replace("\\\\", "").replace("\\\"", "");
            prop_assert_eq!(bare.matches('"').count() % 2, 0, "{}", line);
        }
    }
}

#[test]
fn the_same_graph_gives_the_same_picture() {
    let n = chain(40, "text");
    assert_eq!(svg(&n), svg(&n));
}

#[test]
fn no_two_nodes_lie_on_each_other() {
    let n = chain(100, "text");
    let places = layout::places(&n);
    for (i, a) in places.iter().enumerate() {
        for b in &places[i + 1..] {
            assert!(((a.0 - b.0) / 112.0).hypot((a.1 - b.1) / 56.0) > 0.6, "{a:?} and {b:?}");
        }
    }
}

#[test]
fn memories_of_fewer_hops_lie_further_in() {
    let mut n = chain(60, "text");
    n.nodes
        .iter_mut()
        .enumerate()
        .for_each(|(i, node)| node.hops = [0, 1, 2, 3][(i > 0) as usize + (i > 9) as usize + (i > 30) as usize]);
    let places = layout::places(&n);
    let far = |hops: u8| {
        n.nodes.iter().zip(&places).filter(move |p| p.0.hops == hops).map(|p| (p.1.0 / 112.0).hypot(p.1.1 / 56.0))
    };
    for hops in 0..3 {
        assert!(far(hops).fold(0.0, f64::max) < far(hops + 1).fold(f64::MAX, f64::min), "{hops}");
    }
}

//! The form that force layouts of browsers read: `nodes` and `links` by id.

use super::{Link, Neighbourhood, Node};
use serde_json::{Value, json};

/// A neighbourhood as JSON.
pub fn json(n: &Neighbourhood) -> String {
    let links: Vec<Value> = n.links.iter().filter_map(|l| link(n, l)).collect();
    json!({
        "space": n.space,
        "source": n.nodes.first().map(|node| &node.id),
        "left_out": n.left_out,
        "nodes": n.nodes.iter().map(node).collect::<Vec<_>>(),
        "links": links,
    })
    .to_string()
}

fn node(node: &Node) -> Value {
    json!({
        "id": node.id,
        "label": node.label(),
        "kind": node.kind,
        "cue": node.is_cue,
        "activation": node.activation,
        "hops": node.hops,
    })
}

fn link(n: &Neighbourhood, link: &Link) -> Option<Value> {
    let (source, target) = (n.nodes.get(link.source)?, n.nodes.get(link.target)?);
    Some(json!({
        "source": source.id,
        "target": target.id,
        "kind": link.kind,
        "weight": link.weight,
        "directed": link.directed,
    }))
}

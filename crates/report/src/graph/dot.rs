//! The language of Graphviz.

use super::{Neighbourhood, Node, short};
use std::fmt::Write;

/// A neighbourhood as a digraph.
pub fn dot(n: &Neighbourhood) -> String {
    let mut out = String::from("digraph engram {\n");
    let _ = writeln!(out, "  graph [label={}, overlap=false, splines=true];", quoted(&title(n)));
    out.push_str(
        "  node [shape=box, style=\"rounded,filled\", fillcolor=\"#eef2f6\", fontname=\"sans-serif\", fontsize=10];\n",
    );
    out.push_str("  edge [color=\"#77879a\", fontname=\"sans-serif\", fontsize=8];\n");
    for (i, node) in n.nodes.iter().enumerate() {
        let (label, told) = (label(node), quoted(&node.told()));
        let shape = if node.is_cue { ", shape=plaintext, style=\"\"" } else { "" };
        let first = if i == 0 { ", penwidth=3" } else { "" };
        let _ = writeln!(out, "  {} [label={label}, tooltip={told}{shape}{first}];", quoted(&node.id));
    }
    for link in &n.links {
        let (Some(source), Some(target)) = (n.nodes.get(link.source), n.nodes.get(link.target)) else { continue };
        let way = if link.directed { "" } else { ", dir=none" };
        // What is the same everywhere needs no label at each edge.
        let label = match link.kind.as_str() {
            "mention" | "contiguity" => String::new(),
            kind => format!(", label={}", quoted(&format!("{kind} {}", short(link.weight)))),
        };
        let _ = writeln!(
            out,
            "  {} -> {} [class={}, weight={}, penwidth={:.1}{label}{way}];",
            quoted(&source.id),
            quoted(&target.id),
            quoted(&link.kind),
            1 + (link.weight * 9.0) as u32,
            0.5 + link.weight * 2.5,
        );
    }
    out.push_str("}\n");
    out
}

fn title(n: &Neighbourhood) -> String {
    match n.left_out {
        0 => format!("{} in space {}", n.nodes.first().map_or_else(String::new, Node::label), n.space),
        more => format!(
            "{} in space {} ({more} more memories left out)",
            n.nodes.first().map_or_else(String::new, Node::label),
            n.space
        ),
    }
}

/// Two lines: the text, and the activation below it.
fn label(node: &Node) -> String {
    let text = escaped(&node.label());
    if node.is_cue { format!("\"{text}\"") } else { format!("\"{text}\\n{}\"", short(node.activation)) }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

/// Text within quotes. A backslash begins an escape in labels, so it is doubled; entities are read there, so their start is written as one.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '&' => out.push_str("&amp;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

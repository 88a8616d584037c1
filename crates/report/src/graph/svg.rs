//! A picture that any browser shows, light or dark.

use super::layout::places;
use super::{Neighbourhood, Node, short};
use crate::chart::px;
use crate::format::start;
use crate::markup::Markup;

const STYLE: &str = "svg{color-scheme:light dark}.paper{fill:#fdfcfa}text{font:11px system-ui,-apple-system,'Segoe UI',Roboto,Arial,\
sans-serif;fill:#1d2126;text-anchor:middle}.soft,.cue{fill:#5b636d}.cue{font-style:italic}.halo{stroke:#fdfcfa;stroke-width:3;paint-order:stroke}\
.node{fill:#1f5f99}.belief{fill:#c8791a}.source{stroke:#1d2126;stroke-width:2.5}line{stroke:#8fa3b5}.mention{stroke-dasharray:1 3}\
.contiguity{stroke-dasharray:5 3}.inhibitory{stroke:#b3361f}@media (prefers-color-scheme:dark){.paper{fill:#14171a}text{fill:#e6e3dc}\
.soft,.cue{fill:#a0a7af}.halo{stroke:#14171a}.node{fill:#6cabe0}.belief{fill:#e8a34d}.source{stroke:#e6e3dc}line{stroke:#77879a}\
.inhibitory{stroke:#f0836b}}";

/// Room around the outermost nodes, for their labels.
const MARGIN: (f64, f64) = (80.0, 40.0);

/// Lines above and below the drawing.
const HEAD: f64 = 44.0;
const FOOT: f64 = 26.0;

/// Characters in a line below a node.
const LINE: usize = 20;

/// A neighbourhood as a picture.
pub fn svg(n: &Neighbourhood) -> String {
    let places = places(n);
    let across = |f: fn(f64, f64) -> f64, of: fn(&(f64, f64)) -> f64| places.iter().map(of).fold(0.0, f);
    let (left, right) = (across(f64::min, |p| p.0) - MARGIN.0, across(f64::max, |p| p.0) + MARGIN.0);
    let (top, bottom) = (across(f64::min, |p| p.1) - MARGIN.1, across(f64::max, |p| p.1) + MARGIN.1);
    // The lines of text want their room even around a single node.
    let wider = ((460.0 - (right - left)) / 2.0).max(0.0);
    let (left, right) = (left - wider, right + wider);
    let (top, bottom) = (top - HEAD, bottom + FOOT);
    let view = format!("{} {} {} {}", px(left), px(top), px(right - left), px(bottom - top));
    let mut m = Markup::default();
    let title = format!("Neighbourhood of a memory in space {}", n.space);
    let attributes: crate::markup::Attributes<'_> =
        &[("xmlns", &"http://www.w3.org/2000/svg"), ("viewBox", &view), ("role", &"img"), ("aria-label", &title)];
    m.element("svg", attributes, |m| {
        m.leaf("title", &[], &title);
        m.style(STYLE);
        arrow(m);
        let paper: crate::markup::Attributes<'_> = &[
            ("class", &"paper"),
            ("x", &px(left)),
            ("y", &px(top)),
            ("width", &px(right - left)),
            ("height", &px(bottom - top)),
        ];
        m.empty("rect", paper);
        lines(m, n, &places);
        for (i, (node, at)) in n.nodes.iter().zip(&places).enumerate() {
            draw(m, node, *at, i == 0);
        }
        let middle = (left + right) / 2.0;
        say(m, "", middle, top + 18.0, &start(&title, 70));
        let left_out = if n.left_out > 0 { format!(", {} more left out", n.left_out) } else { String::new() };
        let memories = n.nodes.iter().filter(|node| !node.is_cue).count();
        say(m, "soft", middle, top + 33.0, &format!("{memories} memories{left_out}; the more activation, the larger"));
        say(m, "soft", middle, bottom - 9.0, "solid: association · broken: next in time · dotted: shared cue");
    });
    m.line();
    m.finish()
}

fn arrow(m: &mut Markup) {
    m.element("defs", &[], |m| {
        let marker: crate::markup::Attributes<'_> = &[
            ("id", &"a"),
            ("viewBox", &"0 0 8 8"),
            ("refX", &7),
            ("refY", &4),
            ("markerWidth", &7),
            ("markerHeight", &7),
            ("markerUnits", &"userSpaceOnUse"),
            ("orient", &"auto"),
        ];
        m.element("marker", marker, |m| m.empty("path", &[("d", &"M0 0L8 4L0 8z"), ("fill", &"#8494a5")]));
    });
}

fn lines(m: &mut Markup, n: &Neighbourhood, places: &[(f64, f64)]) {
    for link in &n.links {
        let (Some(&a), Some(&b)) = (places.get(link.source), places.get(link.target)) else { continue };
        // From rim to rim, so that the arrow is seen.
        let (dx, dy) = (b.0 - a.0, b.1 - a.1);
        let length = dx.hypot(dy).max(1e-6);
        let rim = |i: usize| n.nodes.get(i).map_or(0.0, radius) + 2.0;
        let (from, to) = (rim(link.source) / length, 1.0 - rim(link.target) / length);
        let mut attributes: Vec<(&str, &dyn std::fmt::Display)> = vec![("class", &link.kind)];
        let (x1, y1) = (px(a.0 + dx * from), px(a.1 + dy * from));
        let (x2, y2) = (px(a.0 + dx * to), px(a.1 + dy * to));
        let width = px(0.6 + f64::from(link.weight) * 2.4);
        attributes.extend([
            ("x1", &x1 as &dyn std::fmt::Display),
            ("y1", &y1),
            ("x2", &x2),
            ("y2", &y2),
            ("stroke-width", &width),
        ]);
        if link.directed {
            attributes.push(("marker-end", &"url(#a)"));
        }
        m.element("line", &attributes, |m| m.leaf("title", &[], format!("{} {}", link.kind, short(link.weight))));
    }
}

/// The area of a memory is as its activation, within what can be seen and what leaves room.
fn radius(node: &Node) -> f64 {
    if node.is_cue { 3.0 } else { 5.0 + 13.0 * f64::from(node.activation.clamp(0.0, 1.0)).sqrt() }
}

fn draw(m: &mut Markup, node: &Node, (x, y): (f64, f64), source: bool) {
    m.element("g", &[], |m| {
        m.leaf("title", &[], node.told());
        if node.is_cue {
            return say(m, "cue halo", x, y + 4.0, &start(&node.text, LINE));
        }
        let r = radius(node);
        let kind = if node.kind == "belief" { "node belief" } else { "node" };
        let class = if source { format!("{kind} source") } else { kind.to_owned() };
        m.empty("circle", &[("class", &class), ("cx", &px(x)), ("cy", &px(y)), ("r", &px(r))]);
        say(m, "halo", x, y + r + 12.0, &start(&node.text, LINE));
        say(m, "soft halo", x, y + r + 24.0, &short(node.activation));
    });
}

fn say(m: &mut Markup, class: &str, x: f64, y: f64, text: &str) {
    m.leaf("text", &[("class", &class), ("x", &px(x)), ("y", &px(y))], text);
}

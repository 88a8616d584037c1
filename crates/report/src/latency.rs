//! How long operations took: a strip for each, shaded by the share of calls in each bucket, with marks at the quantiles.

use crate::chart::{LEFT, WIDTH, figure, label, line, px, rect, text};
use crate::figures::Operation;
use crate::format::{count, percent, seconds};
use crate::markup::Markup;
use crate::page::plural;

/// Height of a row: a strip and the line of figures below it.
const ROW: f64 = 38.0;

/// Draws operations that were called.
pub fn strips(m: &mut Markup, title: &str, note: &str, operations: &[&Operation]) {
    let Some(first) = operations.first() else { return };
    let bounds = &first.duration.bounds;
    let height = operations.len() as f64 * ROW + 24.0;
    let cell = (WIDTH - LEFT) / (bounds.len() + 1).max(1) as f64;
    figure(m, title, note, height, |m| {
        for (i, operation) in operations.iter().enumerate() {
            row(m, i as f64 * ROW, cell, operation);
        }
        let y = operations.len() as f64 * ROW + 2.0;
        line(m, "axis", (LEFT, y), (WIDTH, y));
        for (i, bound) in bounds.iter().enumerate() {
            let x = LEFT + (i + 1) as f64 * cell;
            line(m, "axis", (x, y), (x, y + 3.0));
            // Every third bound: more would touch each other.
            if i % 3 == 0 {
                text(m, "soft mid", x, y + 16.0, &seconds(*bound));
            }
        }
    });
}

fn row(m: &mut Markup, y: f64, cell: f64, operation: &Operation) {
    let h = &operation.duration;
    let parts = h.parts();
    let most = parts.iter().copied().max().unwrap_or(0).max(1) as f64;
    label(m, y + 14.0, &operation.name);
    text(m, "soft", 0.0, y + 28.0, &format!("{} call{}", count(h.count), plural(h.count)));
    rect(m, "track", (LEFT, y + 3.0), (WIDTH - LEFT, 15.0), &operation.name);
    for (i, &n) in parts.iter().enumerate().filter(|p| *p.1 > 0) {
        let told = match h.bounds.get(i) {
            Some(bound) => format!("{} of {} calls took at most {}", n, h.count, seconds(*bound)),
            None => format!("{n} of {} calls took longer", h.count),
        };
        // A single call among millions is still to be seen.
        let shade = px((0.12 + 0.88 * (n as f64 / most)).min(1.0) * 10.0) / 10.0;
        let attributes: crate::markup::Attributes<'_> = &[
            ("class", &"main"),
            ("x", &px(LEFT + i as f64 * cell)),
            ("y", &px(y + 3.0)),
            ("width", &px(cell)),
            ("height", &15),
            ("fill-opacity", &shade),
        ];
        m.element("rect", attributes, |m| {
            m.leaf("title", &[], format!("{told}, {}", percent(n as f64 / h.count as f64)))
        });
    }
    let mut said = Vec::new();
    for (name, share, class) in [("half", 0.5, "mark"), ("95 %", 0.95, "dash"), ("99 %", 0.99, "")] {
        let Some(at) = h.quantile(share) else {
            said.push(format!("{name} > {}", h.bounds.last().map_or_else(String::new, |b| seconds(*b))));
            continue;
        };
        said.push(format!("{name} {}", seconds(at)));
        let x = LEFT + place(&h.bounds, at) * cell;
        if !class.is_empty() {
            line(m, class, (x, y + 1.0), (x, y + 20.0));
        }
    }
    text(m, "soft", LEFT, y + 31.0, &said.join(" · "));
}

/// Where a duration lies on the axis, in cells: each bucket is as wide as the others.
fn place(bounds: &[f64], at: f64) -> f64 {
    let cell = bounds.iter().position(|b| at <= *b).unwrap_or(bounds.len());
    let low = if cell == 0 { 0.0 } else { bounds[cell - 1] };
    let high = bounds.get(cell).copied().unwrap_or(low * 2.0);
    let within = if high > low { (at - low) / (high - low) } else { 0.0 };
    cell as f64 + within.clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_lies_in_its_bucket() {
        let bounds = [1.0, 2.0, 4.0];
        for (at, cells) in [(0.0, 0.0), (0.5, 0.5), (1.0, 1.0), (3.0, 2.5), (4.0, 3.0), (6.0, 3.5)] {
            assert!((place(&bounds, at) - cells).abs() < 1e-9, "{at}");
        }
    }
}

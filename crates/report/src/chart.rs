//! Drawings of the page: bars, columns and parts of a whole, in the manner of a careful newspaper. Each has a title, says its unit, and
//! writes its values beside the shapes, so that no colour has to be told from another to read it.

use crate::format::{short, start};
use crate::markup::Markup;

/// Units across; a phone shows about as many points.
pub const WIDTH: f64 = 400.0;

/// Where shapes begin, beside labels.
pub const LEFT: f64 = 108.0;

/// Characters of a label that fit before [`LEFT`].
pub const LABEL: usize = 17;

/// A tenth of a unit is finer than any screen.
pub fn px(x: f64) -> f64 {
    (x * 10.0).round() / 10.0
}

/// A drawing with its title and a note: what is counted, in which unit.
pub fn figure(m: &mut Markup, title: &str, note: &str, height: f64, draw: impl FnOnce(&mut Markup)) {
    m.element("figure", &[], |m| {
        m.element("figcaption", &[], |m| {
            m.leaf("b", &[], title);
            m.leaf("span", &[], note);
        });
        let view = format!("0 0 {WIDTH} {}", px(height));
        let name = format!("{title}: {note}");
        let attributes: crate::markup::Attributes<'_> =
            &[("xmlns", &"http://www.w3.org/2000/svg"), ("viewBox", &view), ("role", &"img"), ("aria-label", &name)];
        m.element("svg", attributes, draw);
    });
    m.line();
}

pub fn text(m: &mut Markup, class: &str, x: f64, y: f64, text: &str) {
    m.leaf("text", &[("class", &class), ("x", &px(x)), ("y", &px(y))], text);
}

pub fn line(m: &mut Markup, class: &str, from: (f64, f64), to: (f64, f64)) {
    let attributes: crate::markup::Attributes<'_> =
        &[("class", &class), ("x1", &px(from.0)), ("y1", &px(from.1)), ("x2", &px(to.0)), ("y2", &px(to.1))];
    m.empty("line", attributes);
}

/// A rectangle with what a pointer on it is told.
pub fn rect(m: &mut Markup, class: &str, (x, y): (f64, f64), (width, height): (f64, f64), told: &str) {
    let attributes: crate::markup::Attributes<'_> =
        &[("class", &class), ("x", &px(x)), ("y", &px(y)), ("width", &px(width)), ("height", &px(height))];
    m.element("rect", attributes, |m| m.leaf("title", &[], told));
}

/// The label of a row, whole for a pointer.
pub fn label(m: &mut Markup, y: f64, whole: &str) {
    m.element("text", &[("x", &0), ("y", &px(y))], |m| {
        m.leaf("title", &[], whole);
        m.text(start(whole, LABEL));
    });
}

/// One bar: its label, its length, and the value as it is written.
pub struct Bar {
    pub label: String,
    pub value: f64,
    pub shown: String,
}

/// Horizontal bars from zero, each with its value.
pub fn bars(m: &mut Markup, title: &str, note: &str, rows: &[Bar]) {
    let most = rows.iter().map(|r| r.value).fold(0.0, f64::max);
    let room = WIDTH - LEFT - 74.0;
    let height = rows.len() as f64 * 22.0 + 6.0;
    figure(m, title, note, height, |m| {
        for (i, row) in rows.iter().enumerate() {
            let y = i as f64 * 22.0;
            label(m, y + 15.0, &row.label);
            let length = if most > 0.0 { row.value / most * room } else { 0.0 };
            let length = if row.value > 0.0 { length.max(1.0) } else { 0.0 };
            rect(m, "main", (LEFT, y + 4.0), (length, 14.0), &format!("{}: {}", row.label, row.shown));
            text(m, "", LEFT + length + 6.0, y + 15.0, &row.shown);
        }
        line(m, "axis", (LEFT, 0.0), (LEFT, height - 2.0));
    });
}

/// Bars made of parts: what the parts are is said once, above; the whole is written beside each bar.
pub fn parts(m: &mut Markup, title: &str, note: &str, names: &[(&str, &str)], rows: &[(String, Vec<f64>)]) {
    let most = rows.iter().map(|r| r.1.iter().sum::<f64>()).fold(0.0, f64::max);
    let room = WIDTH - LEFT - 58.0;
    let top = 26.0;
    let height = top + rows.len() as f64 * 22.0 + 4.0;
    figure(m, title, note, height, |m| {
        let mut x = LEFT;
        for (name, class) in names {
            rect(m, class, (x, 4.0), (11.0, 11.0), name);
            text(m, "soft", x + 16.0, 14.0, name);
            x += 34.0 + name.len() as f64 * 6.2;
        }
        for (i, (name, values)) in rows.iter().enumerate() {
            let y = top + i as f64 * 22.0;
            label(m, y + 15.0, name);
            let mut x = LEFT;
            for ((part, class), value) in names.iter().zip(values) {
                let length = if most > 0.0 { value / most * room } else { 0.0 };
                if *value > 0.0 {
                    // A gap tells parts from each other where colours do not.
                    let drawn = (length - 1.0).max(1.0);
                    rect(m, class, (x, y + 4.0), (drawn, 14.0), &format!("{name}, {part}: {}", short(*value)));
                    x += length.max(2.0);
                }
            }
            text(m, "", x + 6.0, y + 15.0, &short(values.iter().sum()));
        }
        line(m, "axis", (LEFT, top), (LEFT, height - 2.0));
    });
}

/// Columns over an axis, with round numbers beside it.
pub fn columns(m: &mut Markup, title: &str, note: &str, unit: &str, rows: &[(String, f64)]) {
    let most = rows.iter().map(|r| r.1).fold(0.0, f64::max);
    let step = round_step(most);
    let top = (most / step).ceil().max(1.0) * step;
    let (left, bottom, above) = (40.0, 128.0, 20.0);
    let room = WIDTH - left - 2.0;
    let each = room / rows.len().max(1) as f64;
    figure(m, title, note, bottom + 22.0, |m| {
        text(m, "soft", 0.0, 11.0, unit);
        let mut tick = 0.0;
        while tick <= top + step / 2.0 {
            let y = bottom - tick / top * (bottom - above);
            line(m, if tick == 0.0 { "axis" } else { "line" }, (left, y), (WIDTH, y));
            text(m, "soft end", left - 5.0, y + 4.0, &short(tick));
            tick += step;
        }
        for (i, (name, value)) in rows.iter().enumerate() {
            let height = value / top * (bottom - above);
            let height = if *value > 0.0 { height.max(1.0) } else { 0.0 };
            let x = left + i as f64 * each;
            let gap = (each * 0.18).min(3.0);
            rect(
                m,
                "main",
                (x + gap, bottom - height),
                (each - 2.0 * gap, height),
                &format!("{name}: {}", short(*value)),
            );
        }
        labels(m, (left, each), bottom + 16.0, rows);
    });
}

/// Labels below columns, as many as have room at equal distances, the last among them.
fn labels(m: &mut Markup, (left, each): (f64, f64), y: f64, rows: &[(String, f64)]) {
    let widest = rows.iter().map(|r| r.0.chars().count()).max().unwrap_or(0) as f64 * 6.4;
    let stride = ((widest * 1.3 + 8.0) / each).ceil().max(1.0) as usize;
    for (i, (name, _)) in rows.iter().enumerate() {
        if !(rows.len() - 1 - i).is_multiple_of(stride) {
            continue;
        }
        let middle = left + (i as f64 + 0.5) * each;
        if middle + widest / 2.0 > WIDTH {
            text(m, "soft end", WIDTH, y, name);
        } else {
            text(m, "soft mid", middle, y, name);
        }
    }
}

/// How much of a whole is taken: nearly all of it is cause for alarm.
pub fn meter(m: &mut Markup, title: &str, note: &str, share: f64, ends: (&str, &str)) {
    filled(m, title, note, share, ends, if share > 0.9 { "alarm" } else { "main" });
}

/// The share of a whole, the larger the better.
pub fn share(m: &mut Markup, title: &str, note: &str, share: f64, ends: (&str, &str)) {
    filled(m, title, note, share, ends, "main");
}

fn filled(m: &mut Markup, title: &str, note: &str, share: f64, ends: (&str, &str), class: &str) {
    let share = share.clamp(0.0, 1.0);
    figure(m, title, note, 42.0, |m| {
        rect(m, "track", (0.0, 2.0), (WIDTH, 16.0), ends.1);
        rect(m, class, (0.0, 2.0), (share * WIDTH, 16.0), ends.0);
        text(m, "", 0.0, 34.0, ends.0);
        text(m, "soft end", WIDTH, 34.0, ends.1);
    });
}

/// A step of 1, 2 or 5 times a power of ten that divides up to `most` into at most four.
fn round_step(most: f64) -> f64 {
    if !(most.is_finite() && most > 4.0) {
        return 1.0;
    }
    let rough = most / 4.0;
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|s| s * power).find(|s| *s >= rough * (1.0 - 1e-9));
    step.unwrap_or(10.0 * power)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round_and_few() {
        for (most, step) in
            [(0.0, 1.0), (3.0, 1.0), (5.0, 2.0), (17.0, 5.0), (100.0, 50.0), (900.0, 500.0), (80.0, 20.0)]
        {
            assert_eq!(step, round_step(most), "up to {most}");
        }
    }

    #[test]
    fn drawings_of_nothing_and_of_much_are_whole() {
        let days: Vec<(String, f64)> = (0..30).map(|d| (format!("{d:02}"), f64::from(d * d))).collect();
        for rows in [&days[..0], &days[..1], &days[..2], &days[..]] {
            let mut m = Markup::default();
            m.element("main", &[], |m| {
                columns(m, "title", "note", "unit", rows);
                bars(
                    m,
                    "title",
                    "note",
                    &rows
                        .iter()
                        .map(|r| Bar { label: r.0.clone(), value: r.1, shown: r.0.clone() })
                        .collect::<Vec<_>>(),
                );
                parts(
                    m,
                    "title",
                    "note",
                    &[("hot", "main")],
                    &rows.iter().map(|r| (r.0.clone(), vec![r.1])).collect::<Vec<_>>(),
                );
            });
            let written = m.finish();
            assert!(!written.contains("NaN") && !written.contains("inf"), "{written}");
            let read = roxmltree::Document::parse(&written).unwrap();
            let shapes = read.descendants().filter(|n| n.attribute("class") == Some("main")).count();
            let parts = rows.iter().filter(|r| r.1 > 0.0).count();
            assert_eq!(
                rows.len() * 2 + parts + 1,
                shapes,
                "a column, a bar and, of what is not 0, a part each; one in the legend"
            );
        }
    }
}

//! A chart of lines and points with a legend, as SVG.

use plotters::coord::ranged1d::{AsRangedCoord, Ranged, ValueFormatter};
use plotters::prelude::*;
use std::error::Error;
use std::ops::Range;
use std::path::Path;

pub use plotters::chart::SeriesLabelPosition as At;

pub type Drawn = Result<(), Box<dyn Error>>;

/// Distinct also to those who do not tell red from green (Okabe and Ito 2008).
const COLOURS: [RGBColor; 6] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 86, 86),
];

pub enum Mark {
    Line,
    Points,
    /// A line with a point at each value.
    Both,
}

pub struct Series {
    pub name: String,
    pub mark: Mark,
    /// Place among the colours, so that a line and its points may share one.
    pub colour: usize,
    pub values: Vec<(f64, f64)>,
}

impl Series {
    pub fn line(name: impl Into<String>, colour: usize, values: Vec<(f64, f64)>) -> Series {
        Series { name: name.into(), mark: Mark::Line, colour, values }
    }

    pub fn points(name: impl Into<String>, colour: usize, values: Vec<(f64, f64)>) -> Series {
        Series { mark: Mark::Points, ..Series::line(name, colour, values) }
    }

    pub fn both(name: impl Into<String>, colour: usize, values: Vec<(f64, f64)>) -> Series {
        Series { mark: Mark::Both, ..Series::line(name, colour, values) }
    }
}

pub struct Chart<'a> {
    pub title: &'a str,
    pub x: &'a str,
    pub y: &'a str,
    pub x_label: &'a dyn Fn(f64) -> String,
    /// Where the legend covers nothing.
    pub legend: SeriesLabelPosition,
    pub series: Vec<Series>,
}

impl Chart<'_> {
    pub fn linear(&self, file: &Path, x: Range<f64>, y: Range<f64>) -> Drawn {
        self.draw(file, x, y)
    }

    /// The same over the logarithm of x.
    pub fn logarithmic(&self, file: &Path, x: Range<f64>, y: Range<f64>) -> Drawn {
        self.draw(file, x.log_scale(), y)
    }

    fn draw<X>(&self, file: &Path, x: X, y: Range<f64>) -> Drawn
    where
        X: AsRangedCoord<Value = f64>,
        X::CoordDescType: Ranged<ValueType = f64> + ValueFormatter<f64>,
    {
        let area = SVGBackend::new(file, (680, 420)).into_drawing_area();
        area.fill(&WHITE)?;
        let mut chart = ChartBuilder::on(&area)
            .caption(self.title, ("sans-serif", 17))
            .margin(12)
            .x_label_area_size(42)
            .y_label_area_size(54)
            .build_cartesian_2d(x, y)?;
        chart
            .configure_mesh()
            .x_desc(self.x)
            .y_desc(self.y)
            .x_label_formatter(&|x| (self.x_label)(*x))
            .y_label_formatter(&|y| short(*y))
            .x_labels(9)
            .y_labels(7)
            .light_line_style(TRANSPARENT)
            .draw()?;
        for Series { name, mark, colour, values } in &self.series {
            let colour = COLOURS[colour % COLOURS.len()];
            let point = move |at: (f64, f64)| Circle::new(at, 4, colour.filled());
            if !matches!(mark, Mark::Points) {
                let line = chart.draw_series(LineSeries::new(values.iter().copied(), colour.stroke_width(2)))?;
                if !name.is_empty() {
                    line.label(name)
                        .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(2)));
                }
            }
            if !matches!(mark, Mark::Line) {
                let points = chart.draw_series(values.iter().copied().map(point))?;
                if !name.is_empty() && matches!(mark, Mark::Points) {
                    points.label(name).legend(move |(x, y)| Circle::new((x + 9, y), 4, colour.filled()));
                }
            }
        }
        chart
            .configure_series_labels()
            .position(self.legend.clone())
            .background_style(WHITE.mix(0.85))
            .border_style(BLACK.mix(0.25))
            .draw()?;
        area.present()?;
        Ok(())
    }
}

/// A number without digits that say nothing.
pub fn short(x: f64) -> String {
    let text = format!("{x:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A time in days in words.
pub fn time(days: f64) -> String {
    const UNITS: [(f64, &str); 5] =
        [(365.0, "y"), (1.0, "d"), (1.0 / 24.0, "h"), (1.0 / 1_440.0, "min"), (1.0 / 86_400.0, "s")];
    let (unit, name) = UNITS.into_iter().find(|(unit, _)| days >= *unit * 0.999).unwrap_or(UNITS[4]);
    format!("{:.0} {name}", days / unit)
}

/// This many numbers from one to the other, each the same factor above the last.
pub fn by_factor(from: f64, to: f64, count: u32) -> Vec<f64> {
    (0..count).map(|i| from * libm::pow(to / from, f64::from(i) / f64::from(count - 1))).collect()
}

/// This many numbers from one to the other, equally far apart.
pub fn evenly(from: f64, to: f64, count: u32) -> Vec<f64> {
    (0..count).map(|i| from + (to - from) * f64::from(i) / f64::from(count - 1)).collect()
}

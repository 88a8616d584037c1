//! The curves of a soak as SVG.

use super::Seen;
use super::options::Options;
use super::report::cadence_errors;
use super::verbs::Verb;
use plotters::prelude::*;
use std::collections::BTreeSet;
use std::error::Error;

/// Distinct also to those who do not tell red from green (Okabe and Ito 2008).
const COLOURS: [RGBColor; 8] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 86, 86),
    RGBColor(86, 180, 233),
    RGBColor(150, 150, 60),
];

/// A name and its points, x in minutes.
type Curve = (String, Vec<(f64, f64)>);

struct Plot<'a> {
    file: &'static str,
    title: &'a str,
    y: &'a str,
    dots: bool,
}

/// Draws everything that the report shows.
pub fn draw(options: &Options, seen: &Seen) -> Result<(), Box<dyn Error>> {
    let over = |value: &dyn Fn(&super::Sample) -> Option<f64>| -> Vec<(f64, f64)> {
        seen.samples.iter().filter_map(|sample| Some((sample.at / 60.0, value(sample)?))).collect()
    };
    let latencies: Vec<Curve> = Verb::ALL
        .into_iter()
        .map(|verb| (verb.name().to_string(), over(&|sample| Some(sample.latency[verb as usize][2]))))
        .collect();
    let plot = Plot { file: "latency.svg", title: "p99 of each operation, from due to done", y: "ms", dots: false };
    plot.draw(options, &latencies)?;

    let rates: Vec<Curve> = Verb::ALL
        .into_iter()
        .map(|verb| (verb.name().to_string(), over(&|sample| Some(sample.per_second[verb as usize]))))
        .collect();
    Plot { file: "throughput.svg", title: "Calls done", y: "per second", dots: false }.draw(options, &rates)?;

    let names: BTreeSet<&String> = seen.samples.iter().flat_map(|sample| sample.roles.keys()).collect();
    let memory: Vec<Curve> = names
        .iter()
        .map(|name| {
            let own = |sample: &super::Sample| Some(sample.roles.get(*name)?.largest_own_kb as f64 / 1024.0);
            (name.to_string(), over(&own))
        })
        .filter(|(name, curve)| name != "observer" && curve.iter().any(|point| point.1 > 2.0))
        .collect();
    let title = "Memory of its own, the largest process of each kind";
    Plot { file: "memory.svg", title, y: "MB", dots: false }.draw(options, &memory)?;

    let errors = cadence_errors(seen, options);
    let cadence = vec![("runs".to_string(), errors.iter().map(|(at, error)| (at / 60.0, *error)).collect())];
    let title = "Start of a run after the former one, less the interval";
    Plot { file: "cadence.svg", title, y: "s", dots: true }.draw(options, &cadence)?;

    let took: Vec<(f64, f64)> =
        seen.follower.runs.iter().map(|run| ((run.started - seen.begin).max(0.0) / 60.0, run.duration_ms)).collect();
    let runs = vec![("runs".to_string(), took)];
    Plot { file: "runs.svg", title: "How long a run took", y: "ms", dots: true }.draw(options, &runs)?;

    let mut storage: Vec<Curve> = vec![
        ("files of the log".to_string(), over(&|sample| Some(sample.wal_files / 1e6))),
        ("hot tier".to_string(), over(&|sample| Some(sample.hot_tier / 1e6))),
    ];
    let last = seen.samples.last();
    let mut tables: Vec<(&String, f64)> =
        last.map(|sample| sample.tables.iter().map(|(name, bytes)| (name, *bytes)).collect()).unwrap_or_default();
    tables.sort_by(|a, b| b.1.total_cmp(&a.1));
    for (name, _) in tables.into_iter().take(6) {
        storage.push((name.clone(), over(&|sample| Some(sample.tables.get(name)? / 1e6))));
    }
    Plot { file: "storage.svg", title: "Log, hot tier and the largest tables", y: "MB", dots: false }
        .draw(options, &storage)
}

impl Plot<'_> {
    fn draw(&self, options: &Options, curves: &[Curve]) -> Result<(), Box<dyn Error>> {
        let points = || curves.iter().flat_map(|curve| &curve.1);
        // The legend stands beside the curves.
        let right = points().map(|point| point.0).fold(0.1, f64::max);
        let low = points().map(|point| point.1).fold(0.0, f64::min);
        let high = points().map(|point| point.1).fold(low + 1e-3, f64::max);
        let path = options.out.join(self.file);
        let area = SVGBackend::new(&path, (760, 420)).into_drawing_area();
        area.fill(&WHITE)?;
        let mut chart = ChartBuilder::on(&area)
            .caption(self.title, ("sans-serif", 17))
            .margin(12)
            .x_label_area_size(42)
            .y_label_area_size(60)
            .build_cartesian_2d(0.0..right * 1.35, low * 1.05..high * 1.05)?;
        chart.configure_mesh().x_desc("minutes").y_desc(self.y).light_line_style(TRANSPARENT).draw()?;
        for ((name, values), colour) in curves.iter().zip(COLOURS.iter().cycle()) {
            if self.dots {
                chart.draw_series(values.iter().map(|point| Circle::new(*point, 2, colour.mix(0.6).filled())))?;
                continue;
            }
            let line = chart.draw_series(LineSeries::new(values.iter().copied(), colour.stroke_width(1)))?;
            line.label(name).legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(2)));
        }
        if !self.dots {
            chart
                .configure_series_labels()
                .position(SeriesLabelPosition::UpperRight)
                .background_style(WHITE.mix(0.85))
                .border_style(BLACK.mix(0.25))
                .draw()?;
        }
        area.present()?;
        Ok(())
    }
}

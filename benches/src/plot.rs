//! Plots of microseconds a ballot, as SVG.

use std::path::Path;

use plotters::prelude::*;
use psephos_core::pairs::pairs;

use crate::table::Table;

/// Steps that a plot shows, in the order of its legend.
const SHOWN: [&str; 7] =
    ["ballot-check", "re-encrypt", "prove", "verify", "share", "share-check", "combine"];
/// One colour for each, which people who see few colours tell apart too (Okabe and Ito, 2008).
const COLOURS: [RGBColor; 7] = [
    RGBColor(0, 0, 0),
    RGBColor(230, 159, 0),
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(86, 180, 233),
];
/// Room above the highest point, for the legend.
const HEADROOM: f64 = 1.45;
/// Width and height in pixels.
const PIXELS: (u32, u32) = (900, 560);

/// A plot's failure, in words.
type Failed = Box<dyn std::error::Error>;

/// Draws microseconds a ballot against the number of ballots, on a logarithmic scale.
///
/// # Errors
/// When the file cannot be written.
pub fn against_ballots(tables: &[Table], path: &Path) -> Result<(), Failed> {
    let point = |table: &Table, us: f64| ((table.ballots as f64).log2(), us);
    let label = |x: &f64| format!("2^{x:.0}");
    draw(tables, path, "ballots", &point, &label)
}

/// Draws microseconds a ballot against the ciphertexts of a ballot.
///
/// # Errors
/// When the file cannot be written.
pub fn against_width(tables: &[Table], path: &Path) -> Result<(), Failed> {
    let point = |table: &Table, us: f64| (table.width as f64, us);
    draw(tables, path, "ciphertexts in a ballot", &point, &|x| format!("{x:.0}"))
}

fn draw(
    tables: &[Table],
    path: &Path,
    what: &str,
    point: &dyn Fn(&Table, f64) -> (f64, f64),
    label: &dyn Fn(&f64) -> String,
) -> Result<(), Failed> {
    let series: Vec<(&str, Vec<(f64, f64)>)> = SHOWN
        .iter()
        .map(|name| {
            let points = tables
                .iter()
                .filter_map(|table| Some(point(table, table.step(name)?.us_per_ballot)));
            (*name, points.collect())
        })
        .collect();
    let all = || series.iter().flat_map(|(_, points)| points);
    let left = all().map(|(x, _)| *x).fold(f64::INFINITY, f64::min);
    let right = all().map(|(x, _)| *x).fold(0.0, f64::max);
    let top = HEADROOM * all().map(|(_, y)| *y).fold(0.0, f64::max);
    let (first, threads) = match tables {
        [table, ..] => (table.machine.as_str(), table.threads),
        [] => return Err("nothing to draw".into()),
    };

    let area = SVGBackend::new(path, PIXELS).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .caption(format!("{first}, {threads} threads"), ("sans-serif", 15))
        .margin(16)
        .x_label_area_size(44)
        .y_label_area_size(56)
        .build_cartesian_2d(left..right, 0.0..top)?;
    chart
        .configure_mesh()
        .x_desc(what)
        .y_desc("µs a ballot")
        .x_labels(tables.len().max(2))
        .x_label_formatter(label)
        .light_line_style(WHITE)
        .label_style(("sans-serif", 13))
        .draw()?;
    for ((name, points), colour) in pairs(series, COLOURS) {
        let colour = colour.stroke_width(2);
        chart
            .draw_series(LineSeries::new(points.iter().copied(), colour).point_size(3))?
            .label(name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .background_style(WHITE.mix(0.85))
        .border_style(BLACK.mix(0.3))
        .label_font(("sans-serif", 13))
        .draw()?;
    area.present()?;
    Ok(())
}

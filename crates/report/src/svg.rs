//! The plots as SVG, for slides: drawn by kuva from the same [`Chart`]s as the page's.
//!
//! On white, in the light tones. kuva has no axis that runs downwards, so where the least value is at the top, values are drawn
//! below zero and written without their sign.

use std::sync::Arc;

use kuva::prelude::{
    Layout, LegendEntry, LegendPosition, LegendShape, LinePlot, MarkerShape, Plot, ReferenceLine,
    ScatterPlot, TextAnnotation, TickFormat,
};
use melody_core::output::{Kind, Mark};
use melody_core::score::no_minus_zero;

use crate::chart::{Axis, Chart, Draw, Form, Point, Series, Shape, Tone};

/// What a plot is told by before another is written over it.
pub const SVG: Kind = Kind { name: "plot", mark: Mark::Line(MARK) };

const MARK: &str = "<!-- melody report";

/// Fonts with Chinese letters, for who has them.
const FONT: &str = "system-ui, 'Helvetica Neue', 'Noto Sans CJK SC', 'Microsoft YaHei', sans-serif";

/// A plot as a file's content.
pub fn svg(chart: &Chart) -> String {
    let (plots, layout) = plot(chart);
    format!("{MARK}: {} -->\n{}\n", chart.id, kuva::render_to_svg(plots, layout))
}

/// What kuva draws of a plot, and how it lays it out.
pub(crate) fn plot(chart: &Chart) -> (Vec<Plot>, Layout) {
    (chart.series.iter().flat_map(|series| drawn(series, chart)).collect(), layout(chart))
}

fn colour(tone: Tone) -> String {
    let [light, _] = tone.colours();
    format!("#{light:06x}")
}

/// A text of a file; a dollar would else begin a formula.
fn plain(text: &str) -> String {
    text.replace('$', "\\$")
}

/// Where a value lies: downwards, if that is how the axis runs.
fn along(chart: &Chart, y: f64) -> f64 {
    if chart.y.reversed { -y } else { y }
}

fn layout(chart: &Chart) -> Layout {
    let ([left, right], [low, high]) =
        (range(chart, &chart.x, true), range(chart, &chart.y, false));
    let (low, high) = if chart.y.reversed { (-high, -low) } else { (low, high) };
    let longest = chart.series.iter().map(|series| columns(&series.label)).max().unwrap_or(0);
    let right = right + (right - left) * LETTER * longest as f64;
    let (width, height) = match chart.shape {
        Shape::Wide => (1040.0, 400.0),
        Shape::Tall => (1040.0, 560.0),
        Shape::Square => (560.0, 560.0),
        Shape::Rows => (860.0, 60.0 + 34.0 * chart.y.names.len() as f64),
    };
    let mut layout = Layout::new((left, right), (low, high))
        .with_width(width)
        .with_height(height)
        .with_title(plain(&chart.title))
        .with_x_label(plain(&chart.x.title))
        .with_y_label(plain(&chart.y.title))
        .with_x_axis_min(left)
        .with_x_axis_max(right)
        .with_y_axis_min(low)
        .with_y_axis_max(high)
        .with_x_tick_format(format(&chart.x))
        .with_y_tick_format(format(&chart.y))
        .with_legend_position(LegendPosition::OutsideRightTop)
        .with_font_family(FONT);
    if !chart.y.names.is_empty() || chart.y.form == Form::Whole && high - low < 16.0 {
        layout = layout.with_y_tick_step(1.0);
    }
    for mark in &chart.marks {
        let line = ReferenceLine::vertical(mark.x).with_color(colour(mark.tone));
        layout = layout.with_reference_line(line.with_dasharray("2 4"));
    }
    let listed = listed(chart);
    if listed.len() > 1 {
        layout = layout.with_legend_entries(listed);
    }
    for series in chart.series.iter().filter(|series| !series.label.is_empty()) {
        if let Some((x, y)) = series.points.iter().rev().find_map(|p| Some((p.x, p.y?))) {
            // The text's middle is where it is said to be.
            let half = 0.5 * LETTER * columns(&series.label) as f64 + LETTER;
            let text = plain(&series.label);
            let text = TextAnnotation::new(text, x + half * (right - left), along(chart, y));
            layout = layout.with_annotation(text.with_color(colour(series.tone)));
        }
    }
    layout
}

/// How much of a plot's width a letter takes.
const LETTER: f64 = 0.006;

/// Columns of a text, about: Chinese letters are twice as wide.
fn columns(text: &str) -> usize {
    text.chars().map(|c| if u32::from(c) < 0x2e80 { 1 } else { 2 }).sum()
}

/// The legend: every name once.
fn listed(chart: &Chart) -> Vec<LegendEntry> {
    let mut entries: Vec<LegendEntry> = Vec::new();
    for series in chart.series.iter().filter(|series| series.listed) {
        let label = plain(&series.name);
        if entries.iter().any(|known| known.label == label) {
            continue;
        }
        let shape = match series.draw {
            Draw::Line | Draw::Dashes | Draw::Steps | Draw::Limits => LegendShape::Line,
            Draw::Dots | Draw::Intervals => LegendShape::Circle,
            Draw::Diamonds => LegendShape::Marker(MarkerShape::Diamond),
            Draw::Crosses => LegendShape::Marker(MarkerShape::Cross),
            Draw::Triangles => LegendShape::Marker(MarkerShape::Triangle),
            Draw::Bars | Draw::Band => LegendShape::Rect,
        };
        let dashed = matches!(series.draw, Draw::Dashes | Draw::Limits);
        let dasharray = dashed.then(|| "6 4".to_string());
        entries.push(LegendEntry { label, color: colour(series.tone), shape, dasharray });
    }
    entries
}

/// How an axis writes its numbers.
fn format(axis: &Axis) -> TickFormat {
    let (form, names, reversed) = (axis.form, axis.names.clone(), axis.reversed);
    TickFormat::Custom(Arc::new(move |value| {
        let value = if reversed { -value } else { value };
        if names.is_empty() {
            return shown(value, form);
        }
        let near = value.round();
        let there = (value - near).abs() < 1e-6 && near >= 0.0;
        let name = there.then(|| names.get(near as usize)).flatten();
        name.map(|name| plain(name)).unwrap_or_default()
    }))
}

/// A number on an axis.
fn shown(value: f64, form: Form) -> String {
    let short = |value: f64, digits: usize| {
        let text = format!("{:.digits$}", no_minus_zero(value, digits));
        text.trim_end_matches('0').trim_end_matches('.').to_string()
    };
    match form {
        Form::Plain if value.abs() >= 1000.0 => format!("{value:.0}"),
        Form::Plain => short(value, 4),
        Form::Percent => short(100.0 * value, 2) + " %",
        // Between two counts there is none.
        Form::Whole if (value - value.round()).abs() < 1e-6 => {
            format!("{:.0}", no_minus_zero(value, 0))
        }
        Form::Whole => String::new(),
    }
}

/// From where to where an axis goes: as it says, or a little further than its points.
fn range(chart: &Chart, axis: &Axis, along_x: bool) -> [f64; 2] {
    if let Some(range) = axis.range {
        return range;
    }
    let of = |series: &Series| -> Vec<f64> {
        let reach = |point: &Point| point.reach.into_iter().flatten().collect::<Vec<f64>>();
        let own = |point: &Point| if along_x { Some(point.x) } else { point.y };
        let reaching = if along_x { Draw::Intervals } else { Draw::Band };
        let ends = series.points.iter().filter(|_| series.draw == reaching).flat_map(reach);
        ends.chain(series.points.iter().filter_map(own)).collect()
    };
    let values = chart.series.iter().flat_map(of);
    let marks = chart.marks.iter().filter(|_| along_x).map(|mark| mark.x);
    let ends = (f64::INFINITY, f64::NEG_INFINITY);
    let (low, high) = values.chain(marks).fold(ends, |(l, h), v| (l.min(v), h.max(v)));
    if !(low.is_finite() && high.is_finite()) {
        return [0.0, 1.0];
    }
    let room = if high > low { 0.04 * (high - low) } else { 0.5 };
    [low - room, high + room]
}

/// A series as one plot or, where there are gaps in it, as several.
fn drawn(series: &Series, chart: &Chart) -> Vec<Plot> {
    let runs = runs(&series.points);
    let dots = |shape: MarkerShape| {
        let points = runs.iter().flatten().map(|&(x, y)| (x, along(chart, y)));
        ScatterPlot::new()
            .with_data(points)
            .with_color(colour(series.tone))
            .with_size(6.0)
            .with_marker(shape)
    };
    let line = |points: Vec<(f64, f64)>| {
        let points = points.into_iter().map(|(x, y)| (x, along(chart, y)));
        LinePlot::new().with_data(points).with_color(colour(series.tone)).with_stroke_width(2.0)
    };
    let lines = |shape: &dyn Fn(LinePlot) -> LinePlot| -> Vec<Plot> {
        runs.iter().map(|run| Plot::from(shape(line(run.clone())))).collect()
    };
    let marked = |dots: ScatterPlot| -> Vec<Plot> { vec![Plot::from(dots)] };
    if runs.is_empty() {
        return Vec::new();
    }
    match series.draw {
        Draw::Line => {
            let mut plots = lines(&|line| line);
            plots.push(Plot::from(dots(MarkerShape::Circle).with_size(2.5)));
            plots
        }
        Draw::Dashes => lines(&LinePlot::with_dashed),
        Draw::Steps => lines(&LinePlot::with_step),
        Draw::Limits => lines(&|line| line.with_step().with_dashed()),
        Draw::Dots => marked(dots(MarkerShape::Circle)),
        Draw::Diamonds => marked(dots(MarkerShape::Diamond)),
        Draw::Crosses => marked(dots(MarkerShape::Cross)),
        Draw::Triangles => marked(dots(MarkerShape::Triangle)),
        Draw::Intervals => {
            let there = series.points.iter().filter(|point| point.y.is_some());
            let reach = there.map(|p| p.reach.map_or((0.0, 0.0), |[l, h]| (p.x - l, h - p.x)));
            let reach: Vec<(f64, f64)> = reach.collect();
            marked(dots(MarkerShape::Circle).with_x_err_asymmetric(reach))
        }
        Draw::Band => {
            let there = || series.points.iter().filter_map(|point| Some((point.x, point.reach?)));
            let middle = there().map(|(x, [low, high])| (x, (low + high) / 2.0)).collect();
            let (low, high): (Vec<f64>, Vec<f64>) = there().map(|(_, [l, h])| (l, h)).unzip();
            vec![Plot::from(line(middle).with_stroke_width(0.0).with_band(low, high))]
        }
        Draw::Bars => {
            let bars = runs.iter().flatten();
            let bars = bars.map(|&(x, y)| line(vec![(x, 0.0), (x, y)]).with_stroke_width(18.0));
            bars.map(Plot::from).collect()
        }
    }
}

/// Points in a row, without those that have no value.
fn runs(points: &[Point]) -> Vec<Vec<(f64, f64)>> {
    let runs = points.split(|point| point.y.is_none());
    let runs = runs.map(|run| run.iter().filter_map(|p| Some((p.x, p.y?))).collect::<Vec<_>>());
    runs.filter(|run| !run.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(points: Vec<Point>) -> Chart {
        Chart {
            id: "x".into(),
            title: "A </svg> & $more$".into(),
            about: String::new(),
            x: Axis::of("x", Form::Plain),
            y: Axis::of("y", Form::Plain),
            series: vec![Series::new("one", Draw::Line, Tone::First, points)],
            marks: Vec::new(),
            shape: Shape::Wide,
            steps: false,
        }
    }

    #[test]
    fn a_plot_of_nothing_and_of_one_point_is_drawn_and_names_are_text() {
        for points in [vec![], vec![Point::new(0.0, 0.0, "")]] {
            let svg = svg(&chart(points));
            assert!(svg.starts_with("<!-- melody report: x -->\n<svg"), "{svg}");
            assert_eq!(svg.matches("</svg>").count(), 1, "{svg}");
            assert!(svg.contains("&lt;/svg&gt; &amp; $more$"), "{svg}");
        }
    }

    #[test]
    fn gaps_are_not_joined_and_numbers_are_short() {
        let gap = Point { x: 1.0, ..Point::default() };
        let points = [Point::new(0.0, 1.0, ""), gap, Point::new(2.0, 3.0, "")];
        assert_eq!(runs(&points), [[(0.0, 1.0)], [(2.0, 3.0)]]);
        assert_eq!(shown(0.25, Form::Percent), "25 %");
        assert_eq!(
            (shown(-0.00001, Form::Plain), shown(2.5, Form::Whole)),
            ("0".into(), String::new())
        );
        let rows = Axis::rows(vec!["first".into(), "second".into()]);
        let TickFormat::Custom(write) = format(&rows) else { panic!("written by hand") };
        assert_eq!([write(0.0), write(-1.0), write(-0.5), write(1.0)], ["first", "second", "", ""]);
    }
}

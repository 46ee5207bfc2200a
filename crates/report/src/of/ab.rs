//! What `melody ab --json` found: two arms on the same listeners.
//!
//! Metrics have units of their own, minutes and shares, so one plot of all of them needs a common measure. It is the size of
//! difference that would matter, which the file says for each metric and which was fixed before any data. By segment each
//! metric has a plot of its own, in its own unit.

use melody_lab::experiment::{AbReport, Comparison, Daily, Day, Direction, Mean, Verdict};
use melody_tui::Lang;

use super::forest::{Dot, Row, forest, plain, slug, with_interval};
use crate::chart::{Axis, Chart, Draw, Form, Point, Series, Shape, Tone};
use crate::document::{Cell, Column, Document, Part, Section, Table, facts};

/// Fewer pairs than this are listed and not drawn.
const FEW: usize = 5;

/// The report of an A/B test.
pub(crate) fn document(report: &AbReport, lang: Lang) -> Document {
    let arm = |arm: &melody_lab::experiment::Arm| {
        lang.fill(
            "policy {} ({}), model {} ({})",
            &[&arm.policy, &short(&arm.policy_hash), &arm.model, &short(&arm.model_hash)],
        )
    };
    Document {
        lang: lang.tag(),
        kind: lang.text("A/B test").into(),
        title: title(report, lang),
        summary: summary(report, lang),
        facts: facts(
            lang,
            &[
                ("Arm a", arm(&report.a)),
                ("Arm b", arm(&report.b)),
                ("Listeners", lang.fill("{}, the same in both arms", &[&report.listeners])),
                ("Sessions of each", report.sessions.to_string()),
                ("World", report.world.to_string()),
                ("Seed", report.seed.to_string()),
                ("Catalogue", format!("{} ({})", report.catalogue, short(&report.catalogue_hash))),
            ],
        ),
        parts: vec![Part { sections: sections(report, lang), ..Part::default() }],
        words: Vec::new(),
    }
}

fn sections(report: &AbReport, lang: Lang) -> Vec<Section> {
    let mut sections = vec![everyone(report, lang), by_segment(report, lang)];
    if !report.days.is_empty() {
        sections.push(over_days(&report.days, lang));
    }
    sections
}

/// The beginning of a hash, which is enough to tell.
pub(crate) fn short(hash: &str) -> String {
    hash.chars().take(12).collect()
}

fn title(report: &AbReport, lang: Lang) -> String {
    let (a, b) = (&report.a, &report.b);
    if a.policy != b.policy || a.model == b.model {
        return lang.fill("{} against {}", &[&b.policy, &a.policy]);
    }
    lang.fill("{} against {}", &[&b.model, &a.model])
}

/// Which way each metric went, in words.
fn summary(report: &AbReport, lang: Lang) -> Vec<String> {
    if report.metrics.is_empty() {
        return vec![lang.text("One listener is no sample: nothing was compared.").into()];
    }
    let of = |verdict: Verdict| -> Vec<String> {
        let found = report.metrics.iter().filter(|c| c.verdict == verdict);
        found.map(|c| lang.text(c.metric.name()).into_owned()).collect()
    };
    let told = [
        (Verdict::Better, "b is better in: {}."),
        (Verdict::Worse, "b is worse in: {}."),
        (Verdict::Different, "b is different, neither good nor bad, in: {}."),
        (Verdict::NoneFound, "No difference found in: {}."),
        (Verdict::Untested, "Could not be tested: {}."),
    ];
    let told = told.into_iter().map(|(verdict, says)| (of(verdict), says));
    told.filter(|(names, _)| !names.is_empty())
        .map(|(names, says)| lang.fill(says, &[&names.join(&lang.text(", "))]))
        .collect()
}

/// What a verdict is called and what its colour says.
fn said_of(verdict: Verdict) -> (&'static str, Tone) {
    match verdict {
        Verdict::Better => ("better", Tone::Good),
        Verdict::Worse => ("worse", Tone::Bad),
        Verdict::Different => ("different", Tone::Fourth),
        Verdict::NoneFound => ("none found", Tone::Quiet),
        Verdict::Untested => ("untested", Tone::Quiet),
    }
}

fn dot(name: &str, c: &Comparison, scale: f64, lang: Lang) -> Dot {
    let (of, tone) = said_of(c.verdict);
    let paired = &c.paired;
    let difference = with_interval(paired.difference, paired.interval, 4, true);
    let said = lang.fill(
        "{}: a {}, b {}, difference {}",
        &[&name, &format!("{:.4}", paired.mean_a), &format!("{:.4}", paired.mean_b), &difference],
    );
    Dot {
        of: of.into(),
        tone,
        value: paired.difference / scale,
        reach: paired.interval.map(|[low, high]| [low / scale, high / scale]),
        said,
    }
}

fn everyone(report: &AbReport, lang: Lang) -> Section {
    let row = |c: &Comparison| {
        let name = lang.text(c.metric.name()).into_owned();
        let dots = vec![dot(&name, c, c.always_valid.mixing_deviation, lang)];
        Row { name, dots }
    };
    let rows: Vec<Row> = report.metrics.iter().map(row).collect();
    let x = plain(lang.text("b minus a, in sizes that would matter"));
    let about = lang.text(
        "Each metric's difference over the size of difference that would matter for it, which was fixed beforehand; \
         1 is just such a size. The line is the 95 % interval of a paired t-test. Which way is good is in the table.",
    );
    let told = ("everyone".into(), lang.text("Everyone").into(), about.into());
    let charts =
        if rows.is_empty() { vec![] } else { vec![forest(told, x, Some(0.0), rows, lang)] };
    Section {
        id: "everyone".into(),
        title: lang.text("Everyone").into(),
        charts,
        tables: vec![table(&lang.text("All metrics, everyone"), &report.metrics, lang)],
        ..Section::default()
    }
}

fn by_segment(report: &AbReport, lang: Lang) -> Section {
    let charts = report.metrics.iter().map(|c| of_metric(report, c, lang)).collect();
    let named = |name: &str, metrics: &[Comparison]| {
        let pairs = metrics.first().map_or(0, |c| c.paired.pairs);
        let title = lang.fill("{}, {} listeners", &[&lang.named("segment", name), &pairs]);
        Table { folded: true, ..table(&title, metrics, lang) }
    };
    Section {
        id: "by-segment".into(),
        title: lang.text("By segment").into(),
        about: lang
            .text("A listener's segment is the one that arm a puts them in. Nothing is corrected for looking at several.")
            .into(),
        charts,
        choice: lang.text("Metric").into(),
        tables: report.segments.iter().map(|(name, metrics)| named(name, metrics)).collect(),
        ..Section::default()
    }
}

fn of_metric(report: &AbReport, all: &Comparison, lang: Lang) -> Chart {
    let row = |name: &str, c: &Comparison| {
        let name = lang.fill("{} ({})", &[&lang.named("segment", name), &c.paired.pairs]);
        Row { dots: vec![dot(&name, c, 1.0, lang)], name }
    };
    let mut rows = vec![row("Everyone", all)];
    rows.extend(report.segments.iter().filter_map(|(segment, metrics)| {
        let own = metrics.iter().find(|c| c.metric == all.metric)?;
        (own.paired.pairs >= FEW).then(|| row(segment, own))
    }));
    let name = lang.text(all.metric.name());
    let good = match all.better {
        Direction::Higher => "more is better",
        Direction::Lower => "less is better",
        Direction::Neither => "neither good nor bad",
    };
    let about = lang.fill("{}; {}.", &[&lang.text(&all.about), &lang.text(good)]);
    let told = (format!("segments-{}", slug(all.metric.name())), name.clone().into(), about);
    forest(told, plain(lang.fill("b minus a, {}", &[&name])), Some(0.0), rows, lang)
}

fn table(title: &str, metrics: &[Comparison], lang: Lang) -> Table {
    let columns = vec![
        Column::words(lang.text("metric")),
        Column::words(lang.text("good is")),
        Column::numbers("a", 3),
        Column::numbers("b", 3),
        Column::numbers(lang.text("difference"), 4),
        Column::numbers(lang.text("95 % interval"), 4),
        Column::numbers("p", 4),
        Column::numbers(lang.text("peeking p"), 4),
        Column::words(lang.text("verdict")),
    ];
    let row = |c: &Comparison| -> Vec<Cell> {
        let better = match c.better {
            Direction::Higher => "higher",
            Direction::Lower => "lower",
            Direction::Neither => "-",
        };
        vec![
            lang.text(c.metric.name()).into_owned().into(),
            lang.text(better).into_owned().into(),
            c.paired.mean_a.into(),
            c.paired.mean_b.into(),
            c.paired.difference.into(),
            c.paired.interval.into(),
            c.paired.p.into(),
            c.always_valid.p.into(),
            lang.text(said_of(c.verdict).0).into_owned().into(),
        ]
    };
    Table { title: title.into(), columns, rows: metrics.iter().map(row).collect(), folded: false }
}

/// Both arms day by day, with bands.
fn over_days(daily: &[Daily], lang: Lang) -> Section {
    let about = "Means over listeners with 95 % bands, on the days from each listener's first session that are whole for everybody. \
                 Bands are each arm's own; as the listeners are the same, differences are surer than they look.";
    Section {
        id: "over-days".into(),
        title: lang.text("Over days").into(),
        about: lang.text(about).into(),
        charts: daily.iter().map(|measured| days(measured, lang)).collect(),
        tables: daily.iter().map(|measured| day_table(measured, lang)).collect(),
        ..Section::default()
    }
}

/// An arm of a day: its name, its colour, and its mean.
type Arm = (&'static str, Tone, fn(&Day) -> Mean);

fn days(measured: &Daily, lang: Lang) -> Chart {
    let share = matches!(measured.measure.as_ref(), "returns" | "promoted-share");
    let form = if share { Form::Percent } else { Form::Plain };
    let arms: [Arm; 2] = [("a", Tone::First, |day| day.a), ("b", Tone::Second, |day| day.b)];
    let of = |draw: Draw| {
        let series = move |(name, tone, of): Arm| {
            let point = |day: &Day| {
                let Mean { mean, interval } = of(day);
                let value = with_interval(mean, interval, 4, false);
                let said = lang.fill("day {}, {}: {}", &[&day.day, &name, &value]);
                Point { reach: interval, ..Point::new(f64::from(day.day), mean, said) }
            };
            let points = measured.days.iter().map(point).collect();
            let mut series = Series::new(name, draw, tone, points);
            series.listed = draw == Draw::Line;
            series
        };
        arms.map(series)
    };
    let name = lang.text(&measured.measure);
    Chart {
        id: format!("days-{}", slug(&measured.measure)),
        title: name.clone().into(),
        about: lang.text(&measured.about).into(),
        x: Axis::of(lang.text("day"), Form::Whole),
        y: Axis::of(name, form),
        series: of(Draw::Band).into_iter().chain(of(Draw::Line)).collect(),
        marks: Vec::new(),
        shape: Shape::Wide,
        steps: false,
    }
}

fn day_table(measured: &Daily, lang: Lang) -> Table {
    let interval = || Column::numbers(lang.text("95 % interval"), 4);
    let columns = vec![
        Column::numbers(lang.text("day"), 0),
        Column::numbers("a", 4),
        interval(),
        Column::numbers("b", 4),
        interval(),
    ];
    let row = |day: &Day| -> Vec<Cell> {
        let first = f64::from(day.day).into();
        vec![
            first,
            day.a.mean.into(),
            day.a.interval.into(),
            day.b.mean.into(),
            day.b.interval.into(),
        ]
    };
    Table {
        title: lang.fill("{}, day by day", &[&lang.text(&measured.measure)]),
        columns,
        rows: measured.days.iter().map(row).collect(),
        folded: true,
    }
}

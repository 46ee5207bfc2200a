//! The queue over steps as a bump chart: a line for each song, at the place where it stands.

use std::collections::BTreeMap;

use melody_recommender::engine::{QueueEntry, Trace};
use melody_tui::Lang;

use crate::chart::{Axis, Chart, Draw, Form, Point, Series, Shape, Tone};

/// One song: its entry at each step where it waits.
type Waits<'a> = BTreeMap<usize, &'a QueueEntry>;

/// The places of every song that waited, step by step.
pub(crate) fn bumps<'a>(traces: impl Iterator<Item = &'a Trace>, lang: Lang) -> Chart {
    let traces: Vec<&Trace> = traces.collect();
    let mut songs: Vec<(&str, Waits)> = Vec::new();
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    let mut places = 1;
    for (i, trace) in traces.iter().enumerate() {
        places = places.max(trace.queue.len());
        for entry in &trace.queue {
            let id = entry.song.id.as_str();
            let song = *known.entry(id).or_insert_with(|| {
                songs.push((id, Waits::new()));
                songs.len() - 1
            });
            songs[song].1.insert(i, entry);
        }
    }
    let mut series: Vec<Series> =
        songs.iter().filter_map(|(_, waits)| line(waits, &traces, lang)).collect();
    // What is promoted is few, and above the others.
    series.sort_by_key(|series| series.tone == Tone::Second);
    for tone in [Tone::First, Tone::Second] {
        if let Some(first) = series.iter_mut().find(|series| series.tone == tone) {
            first.listed = true;
        }
    }
    Chart {
        id: "queue".into(),
        title: lang.text("The queue over steps").into(),
        about: lang
            .text("A line is a song, at the place where it waits; the next to play is at the top, where lines end as songs begin.")
            .into(),
        x: Axis::of(lang.text("step"), Form::Whole),
        y: Axis {
            reversed: true,
            ..Axis::of(lang.text("place in the queue"), Form::Whole)
                .within([0.5, places as f64 + 0.5])
        },
        series,
        marks: Vec::new(),
        shape: Shape::Tall,
        steps: true,
    }
}

fn line(waits: &Waits, traces: &[&Trace], lang: Lang) -> Option<Series> {
    let (&first, entry) = waits.first_key_value()?;
    let (&last, at_last) = waits.last_key_value()?;
    let point = |i: usize| {
        let x = f64::from(traces[i].step);
        waits.get(&i).map_or(Point { x, ..Point::default() }, |entry| {
            Point::new(x, entry.position as f64, told(entry, traces[i].step, lang))
        })
    };
    let (name, tone) =
        if entry.promoted { ("promoted", Tone::Second) } else { ("natural", Tone::First) };
    let points = (first..=last).map(point).collect();
    let mut series = Series::new(lang.text(name), Draw::Line, tone, points);
    series.listed = false;
    if last + 1 == traces.len() {
        series.label = at_last.song.title.clone();
    }
    Some(series)
}

fn told(entry: &QueueEntry, step: u32, lang: Lang) -> String {
    lang.fill(
        "step {}: {}. {} · {}, score {}",
        &[
            &step,
            &entry.position,
            &entry.song.title,
            &entry.song.artist,
            &format!("{:.3}", entry.score),
        ],
    )
}

//! What is said of a learner, line by line.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use ratatui::text::{Line, Span};

use crate::theme::Theme;
use crate::words::{Lang, text};
use melody_recommender::feedback::Side;
use melody_sessions::versions::PolicyMove;
use melody_stream::learn::{Attempt, FEWEST_JUDGED, Status};
use melody_stream::population::{Alarm, Row, Standing, Tally};

/// Characters of a hash that tell it from others.
const HASH: usize = 8;
/// Seconds after which a learner that says nothing may have ended: an update may take a few.
const SILENT_S: i64 = 20;
/// Evidence that sessions of a segment go otherwise is told from this p on.
const TOLD: f64 = 0.5;
/// Updates whose loss is drawn.
const DRAWN: usize = 40;
/// Eighths of a cell, lowest first.
const BARS: [&str; 8] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/// What is said of a learner at this time, in milliseconds since 1970, as text in so many columns.
pub fn watched(status: &Status, now_ms: i64, lang: Lang, columns: usize) -> Vec<String> {
    let plain =
        |line: Line| line.spans.iter().map(|span| span.content.as_ref()).collect::<String>();
    let lines = lines((status, now_ms), &Theme::plain(), lang, columns).into_iter();
    lines.map(plain).map(|line| line.trim_end().to_string()).collect()
}

/// The same in colours.
pub(super) fn lines(
    (status, now_ms): (&Status, i64),
    theme: &Theme,
    lang: Lang,
    columns: usize,
) -> Vec<Line<'static>> {
    let mut lines = vec![heading(status, theme, lang)];
    lines.extend(silent(status, now_ms, theme, lang));
    lines.extend(status.away.as_ref().map(|why| {
        let told = lang.fill("The server is not reached: {}", &[&text::clean(why)]);
        Line::styled(told, theme.state)
    }));
    lines.push(Line::default());
    lines.extend([
        versions(status, theme, lang),
        came(status, theme, lang),
        lag(status, theme, lang),
    ]);
    lines.push(judged(&status.updates, theme, lang));
    lines.push(Line::default());
    lines.extend(population(status, theme, lang, columns));
    lines.push(Line::default());
    lines.extend(guardrails(status, theme, lang));
    lines.extend(status.withdrawn.iter().map(|alarm| withdrawn(status, alarm, theme, lang)));
    lines.into_iter().flat_map(|line| text::folded(line, columns)).collect()
}

fn heading(status: &Status, theme: &Theme, lang: Lang) -> Line<'static> {
    Line::styled(
        lang.fill("A learner that takes from {}", &[&text::clean(&status.from)]),
        theme.title,
    )
}

/// That nothing is heard of it any more.
fn silent(status: &Status, now_ms: i64, theme: &Theme, lang: Lang) -> Option<Line<'static>> {
    let seconds = now_ms.saturating_sub(status.at_ms) / 1000;
    let told = if status.ended {
        lang.text("It has ended: `melody learn` with the same folder goes on.").into_owned()
    } else if seconds >= SILENT_S {
        let said = "Nothing is heard of it for {} s: if it has ended, `melody learn` with the same folder goes on.";
        lang.fill(said, &[&seconds])
    } else {
        return None;
    };
    Some(Line::styled(told, theme.state))
}

fn versions(status: &Status, theme: &Theme, lang: Lang) -> Line<'static> {
    let refused = status.updates.iter().filter(|update| !update.accepted).count();
    let tried = status.updates.last().map_or(0, |update| update.attempt);
    Line::from(vec![
        Span::styled(lang.fill("version {}", &[&status.version]), theme.strong),
        Span::styled(format!("  {}  ", short(&status.hash)), theme.faint),
        Span::raw(lang.fill(
            "updates: {}; refused of the newest {}: {}",
            &[&tried, &status.updates.len(), &refused],
        )),
    ])
}

fn came(status: &Status, theme: &Theme, lang: Lang) -> Line<'static> {
    let counts = status.counts;
    let told = lang.fill(
        "records: {} taken, {} known already, {} refused, {} before the one they follow; {} wait in the stream",
        &[
            &grouped(counts.taken),
            &grouped(counts.known),
            &grouped(counts.other + counts.foreign),
            &status.early,
            &grouped(status.pending),
        ],
    );
    Line::styled(told, if counts.other + counts.foreign > 0 { theme.state } else { theme.text })
}

fn lag(status: &Status, theme: &Theme, lang: Lang) -> Line<'static> {
    let waiting = lang.fill("plays that wait for the next update: {}", &[&status.waiting]);
    let lag = status.lag_s.map_or(String::new(), |[half, most, _]| {
        let [half, most] = [half, most].map(|seconds| format!("{seconds:.1}"));
        lang.fill(
            "; from an event to the version that learned from it: half within {} s, 99 % within {} s",
            &[&half, &most],
        )
    });
    Line::styled(waiting + &lag, theme.text)
}

/// The loss on what was kept back, after each update that was judged by enough.
fn judged(updates: &[Attempt], theme: &Theme, lang: Lang) -> Line<'static> {
    let enough = updates.iter().filter(|update| update.judged >= FEWEST_JUDGED);
    let losses: Vec<f64> = enough.map(|update| update.judged_loss[1]).collect();
    let losses = &losses[losses.len().saturating_sub(DRAWN)..];
    let (Some(first), Some(last)) = (losses.first(), losses.last()) else {
        let kept_back = updates.last().map_or(0, |update| update.judged);
        let told = "not judged yet: {} of {} plays that are kept back";
        return Line::styled(lang.fill(told, &[&kept_back, &FEWEST_JUDGED]), theme.faint);
    };
    let [low, high] = [f64::min as fn(f64, f64) -> f64, f64::max]
        .map(|of| losses.iter().copied().fold(*first, of));
    let bar = |value: &f64| BARS[(7.0 * (value - low) / (high - low).max(1e-12)).round() as usize];
    let drawn: String = losses.iter().map(bar).collect();
    let told = [first, last].map(|loss| format!("{loss:.4}"));
    Line::from(vec![
        Span::raw(lang.text("loss on what is kept back, update by update: ").into_owned()),
        Span::styled(drawn, theme.accent),
        Span::styled(lang.fill("  from {} to {}", &[&told[0], &told[1]]), theme.faint),
    ])
}

/// Columns of the table: a title and its width.
const COLUMNS: [(&str, usize); 9] = [
    ("plays", 8),
    ("completed", 11),
    ("left at once", 14),
    ("liked", 9),
    ("promoted", 10),
    ("taken up", 10),
    ("minutes", 10),
    ("came again", 12),
    ("subscribed", 12),
];
/// Widths of what a row is of: version, segment.
const OF: [usize; 2] = [9, 16];

fn population(status: &Status, theme: &Theme, lang: Lang, columns: usize) -> Vec<Line<'static>> {
    let shown = fitting(columns);
    let title = |(name, width): &(&str, usize)| text::right(&lang.text(name), *width);
    let mut header =
        text::left(&lang.text("version"), OF[0]) + &text::left(&lang.text("segment"), OF[1]);
    header.extend(COLUMNS[..shown].iter().map(title));
    let mut lines = vec![Line::styled(header, theme.faint)];
    let rows = rows(status).into_iter();
    lines.extend(rows.map(|row| Line::styled(of_row(&row, lang, shown), theme.text)));
    let about = "of the newest 5,000 plays; left at once: before a quarter was heard; taken up: of promoted songs, completed or liked; came again: of sessions, those whose listener began another";
    lines.push(Line::styled(lang.text(about).into_owned(), theme.faint));
    lines
}

/// Columns of the table that have room.
fn fitting(columns: usize) -> usize {
    let mut width: usize = OF.iter().sum();
    let fits = COLUMNS.iter().take_while(|(_, column)| {
        width += column;
        width <= columns
    });
    fits.count()
}

/// Newest versions whose plays are told by themselves; those of all others are told together.
const NEWEST: usize = 3;

/// Plays of late of one version, or of all others, by one segment.
struct Told {
    /// Absent: all others.
    version: Option<String>,
    segment: String,
    plays: Tally,
}

/// The newest versions first.
fn rows(status: &Status) -> Vec<Told> {
    let heard = || status.population.iter().filter(|row| row.lately.plays > 0);
    let mut versions: Vec<&str> = heard().map(|row| row.group.version.as_str()).collect();
    versions.sort_unstable();
    versions.dedup();
    versions.sort_by_key(|version| Reverse(number(status, version)));
    versions.truncate(NEWEST);
    let place = |row: &Row| versions.iter().position(|version| *version == row.group.version);
    let mut told: BTreeMap<(usize, &str), Tally> = BTreeMap::new();
    for row in heard() {
        let of = (place(row).unwrap_or(NEWEST), row.group.segment.as_str());
        told.entry(of).or_default().add(&row.lately);
    }
    let named = |place: usize| versions.get(place).map(|version| named(status, version));
    let told = told.into_iter();
    told.map(|((place, segment), plays)| Told {
        version: named(place),
        segment: segment.into(),
        plays,
    })
    .collect()
}

fn of_row(Told { version, segment, plays: tally }: &Told, lang: Lang, shown: usize) -> String {
    let rate =
        |share: Option<f64>| share.map_or("-".into(), |share| format!("{:.1} %", 100.0 * share));
    let cells: [String; 9] = [
        grouped(tally.plays),
        rate(tally.completion()),
        rate(tally.left()),
        rate(tally.likes()),
        grouped(tally.promoted),
        rate(tally.engagement()),
        format!("{:.0}", tally.minutes()),
        rate(tally.returns()),
        grouped(tally.subscribed),
    ];
    let segment = lang.named("segment", segment);
    let version = version.as_deref().map_or(lang.text("others"), Into::into);
    let of = text::left(&version, OF[0]) + &text::left(&segment, OF[1]);
    let cells =
        cells.iter().zip(COLUMNS).take(shown).map(|(cell, (_, width))| text::right(cell, width));
    of + &cells.collect::<String>()
}

/// Levels that are not 0, tests that come near, and the newest policies.
fn guardrails(status: &Status, theme: &Theme, lang: Lang) -> Vec<Line<'static>> {
    let policy = text::clean(&status.policy);
    let mut lines = vec![Line::styled(
        lang.fill("policy that sessions begin with: {}", &[&policy]),
        theme.strong,
    )];
    let percent = |share: f64| format!("{:.1} %", 100.0 * share);
    let told = status.standings.iter().filter(|standing| standing.level > 0 || standing.p < TOLD);
    lines.extend(told.map(|standing| {
        let Standing { segment, side, level, levels, sessions, share, usual, p } = standing;
        let segment = lang.named("segment", segment);
        let usual = usual.map_or("-".into(), percent);
        let said = match side {
            Side::Listening => {
                "{}: promotion gives way, level {} of {}; completed {} over {} sessions, {} before (p {})"
            }
            Side::Selling => {
                "{}: selling is helped, level {} of {}; taken up {} over {} sessions, {} before (p {})"
            }
        };
        let told = lang.fill(
            said,
            &[&segment, level, levels, &percent(*share), sessions, &usual, &format!("{p:.3}")],
        );
        Line::styled(told, if *level > 0 { theme.state } else { theme.faint })
    }));
    let newest = status.policies.iter().rev().take(NEWEST);
    lines.extend(newest.map(|policy| {
        let PolicyMove { segment, side, from, to, .. } = &policy.moved;
        let told = lang.fill(
            "policy {}: {}, {}: level {} to {}, after {} records",
            &[
                &policy.number,
                &lang.named("segment", segment),
                &lang.text(side.name()),
                from,
                to,
                &grouped(policy.records),
            ],
        );
        Line::styled(told, theme.text)
    }));
    lines
}

fn withdrawn(status: &Status, alarm: &Alarm, theme: &Theme, lang: Lang) -> Line<'static> {
    let difference = format!("{:+.1}", 100.0 * alarm.difference);
    let told = lang.fill(
        "{} is withdrawn: its listeners completed {} points of their songs beside those of the version before, over {} sessions",
        &[&named(status, &alarm.version), &difference, &alarm.sessions],
    );
    Line::styled(told, theme.state)
}

/// A version's number, where it is known; 0 is the model that it began with.
fn number(status: &Status, hash: &str) -> Option<u64> {
    let made = status.updates.iter().find(|update| update.accepted && update.hash == hash);
    made.map(|update| update.version).or((hash == status.began).then_some(0))
}

fn named(status: &Status, hash: &str) -> String {
    number(status, hash).map_or_else(|| short(hash).to_string(), |number| format!("v{number}"))
}

fn short(hash: &str) -> &str {
    hash.get(..HASH).unwrap_or(hash)
}

fn grouped(number: u64) -> String {
    text::grouped(usize::try_from(number).unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use melody_sessions::versions::PublishedPolicy;
    use melody_stream::inbox::Counts;
    use melody_stream::learn::Kind;
    use melody_stream::population::Group;

    fn update(version: u64, accepted: bool, loss: f64) -> Attempt {
        Attempt {
            attempt: version,
            kind: Kind::Head,
            parent: "p".into(),
            records: 10,
            order: "o".into(),
            plays: 4,
            judged: 120,
            learned_loss: [1.0; 2],
            judged_loss: [loss + 0.1, loss],
            accepted,
            version,
            hash: format!("{version}0123456789"),
        }
    }

    fn status() -> Status {
        let group = |version: &str| Group {
            policy: "default".into(),
            version: version.into(),
            segment: "enthusiast".into(),
        };
        let tally = Tally { plays: 1_234, completed: 617, heard_ms: 6_000_000, ..Tally::default() };
        let row = |version: &str| Row { group: group(version), lately: tally };
        Status {
            from: "nats://localhost/EARS".into(),
            version: 2,
            hash: "20123456789".into(),
            counts: Counts { taken: 4_224, known: 7, ..Counts::default() },
            lag_s: Some([1.25, 3.0, 4.0]),
            updates: vec![update(1, true, 0.6), update(2, true, 0.5)],
            population: ["a", "b", "abcdef0123456", "20123456789"].map(row).into(),
            policy: "default-p1".into(),
            standings: vec![
                Standing {
                    segment: "casual".into(),
                    side: Side::Listening,
                    level: 1,
                    levels: 2,
                    sessions: 12,
                    share: 0.61,
                    usual: Some(0.7),
                    p: 0.4,
                },
                Standing {
                    segment: "new".into(),
                    side: Side::Selling,
                    level: 0,
                    levels: 2,
                    sessions: 12,
                    share: 0.5,
                    usual: Some(0.5),
                    p: 1.0,
                },
            ],
            policies: vec![PublishedPolicy {
                number: 1,
                hash: "h".into(),
                records: 4_000,
                moved: PolicyMove {
                    segment: "casual".into(),
                    side: Side::Listening,
                    from: 0,
                    to: 1,
                    sessions: 40,
                    share: 0.5,
                    usual: 0.7,
                    p: 0.01,
                },
            }],
            withdrawn: vec![Alarm {
                version: "10123456789".into(),
                before: "p".into(),
                sessions: 31,
                difference: -0.042,
                p: 0.01,
            }],
            ..Status::default()
        }
    }

    #[test]
    fn a_learner_is_told_in_a_few_lines() {
        let told = watched(&status(), 1_000, Lang::En, 160).join("\n");
        for part in [
            "A learner that takes from nats://localhost/EARS",
            "version 2  20123456  updates: 2; refused of the newest 2: 0",
            "records: 4,224 taken, 7 known already, 0 refused",
            "99 % within 3.0 s",
            "█▁  from 0.6000 to 0.5000",
            "policy that sessions begin with: default-p1",
            "casual: promotion gives way, level 1 of 2; completed 61.0 % over 12 sessions, 70.0 % before (p 0.400)",
            "policy 1: casual, listening: level 0 to 1, after 4,000 records",
            "v1 is withdrawn: its listeners completed -4.2 points",
        ] {
            assert!(told.contains(part), "{part}\n{told}");
        }
        assert!(!told.contains("selling is helped"), "nobody doubts: {told}");
        let rows: Vec<&str> = told.lines().filter(|line| line.contains("1,234")).collect();
        assert!(rows[0].starts_with("v2 ") && rows[1].starts_with("a "), "{told}");
        assert_eq!(rows.len(), 4);
        // Of two versions that are not remembered one is among the newest three, and one is told with the rest.
        let older: Vec<&str> = told.lines().filter(|line| line.starts_with("others")).collect();
        assert!(older.len() == 1 && older[0].contains("1,234"), "{told}");
        assert!(rows[0].contains("50.0 %") && rows[0].contains(" 100 "), "{told}");
    }

    #[test]
    fn no_line_is_wider_than_there_is_room() {
        for lang in [Lang::En, Lang::Zh] {
            for columns in [20, 60, 80] {
                let wide = |line: &String| text::width(line) > columns;
                assert!(!watched(&status(), 1_000, lang, columns).iter().any(wide));
            }
        }
    }

    #[test]
    fn a_learner_that_says_nothing_any_more_is_told_so() {
        let told = |status: &Status, now_ms| watched(status, now_ms, Lang::En, 120).join("\n");
        assert!(!told(&status(), 5_000).contains("ended"));
        assert!(told(&status(), 65_000).contains("Nothing is heard of it for 65 s"));
        let ended = Status { ended: true, ..status() };
        assert!(told(&ended, 1_000).contains("It has ended"));
    }

    #[test]
    fn what_was_not_judged_says_how_much_there_is_to_judge_by() {
        let mut status = status();
        status.updates.iter_mut().for_each(|update| update.judged = 12);
        let told = watched(&status, 1_000, Lang::En, 120).join("\n");
        assert!(told.contains("not judged yet: 12 of 100 plays"), "{told}");
    }
}

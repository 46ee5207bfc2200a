//! Why a simulated listener left, in words: what the simulation has as the reason, and nothing else.

use std::fmt::Display;

use crate::words::Lang;
use melody_recommender::engine::Trace;
use melody_simulation::Departure;

/// Skips in a row from which they are named.
const IN_A_ROW: u32 = 2;
/// Hours from which an absence is counted in days.
const DAYS_FROM: f64 = 48.0;

/// A sentence or two about a listener who left after this step.
pub(crate) fn told(name: &str, last: &Trace, why: Option<Departure>, lang: Lang) -> String {
    let plays = last.metrics.session.plays;
    let skips = last.session.skip_streak;
    let left = match skips >= IN_A_ROW {
        true => {
            lang.fill("{} leaves after {} plays, the last {} skipped", &[&name, &plays, &skips])
        }
        false => {
            let said = ["{} leaves after 1 play", "{} leaves after {} plays"];
            lang.counted(plays as usize, said, &[&name, &plays])
        }
    };
    let Some(why) = why else { return lang.fill("{}; the controls are yours.", &[&left]) };
    let [satisfaction, usual] = [why.satisfaction, why.usual].map(|of| format!("{of:.2}"));
    let [chance, usually] = [why.chance, why.usually].map(|of| format!("{:.0} %", 100.0 * of));
    let away = time(why.away_h, lang);
    let values: [&dyn Display; 6] = [&left, &satisfaction, &usual, &chance, &usually, &away];
    let said = "{}: contentment {} (usual {}), at which {} leave after a play (usually {}). Would be back in about {}.";
    lang.fill(said, &values)
}

/// A stretch of hours as a person says it.
fn time(hours: f64, lang: Lang) -> String {
    let (said, count) = match hours {
        hours if hours < 1.5 => ("{} minutes", 60.0 * hours),
        hours if hours < DAYS_FROM => ("{} hours", hours),
        hours => ("{} days", hours / 24.0),
    };
    lang.fill(said, &[&format!("{count:.0}")])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absence_is_told_in_what_it_is_counted_in() {
        let said = [0.5, 1.4, 14.2, 47.9, 50.0].map(|hours| time(hours, Lang::En));
        assert_eq!(said, ["30 minutes", "84 minutes", "14 hours", "48 hours", "2 days"]);
    }
}

//! The cut, who is asked, and the figures.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::heard::{Gathered, LeftOut, Way};
use super::list::{DEPTHS, List, mean};
use super::methods::{Method, methods};
use super::model::{OurModel, by_interest};
use super::past::Past;
use super::sequence::{Sequence, by_sequence};
use melody_core::input::{InputError, Problem};

const DAY: i64 = 86_400;

/// What lists were like for some of the plays.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// Which plays: `all`, `organic` or `recommended`.
    pub part: Part,
    /// Listeners who have such plays in the test.
    pub listeners: usize,
    /// Means over these listeners, at each of [`DEPTHS`].
    pub ndcg: [f64; 2],
    /// The same.
    pub recall: [f64; 2],
}

/// Plays that lists are judged by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// Whatever was heard.
    All,
    /// What listeners chose by themselves.
    Organic,
    /// What came up.
    Recommended,
}

impl Part {
    fn way(self) -> Option<Way> {
        match self {
            Part::All => None,
            Part::Organic => Some(Way::Organic),
            Part::Recommended => Some(Way::Recommended),
        }
    }
}

/// One method.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// What it is called.
    pub method: String,
    /// In how many hours a play comes to count .9 of what it did, where that was chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<f64>,
    /// How many steps it was trained for, where it is; how many are good was chosen, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steps: Option<u64>,
    /// Share of the songs heard before the cut that anybody is shown, at each of [`DEPTHS`].
    pub coverage: [f64; 2],
    /// `all` first, the others where plays tell.
    pub parts: Vec<Figures>,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    /// Plays that count.
    pub plays: usize,
    /// Those that do not.
    pub left_out: LeftOut,
    /// Who played anything.
    pub listeners: usize,
    /// When the test begins, in seconds of the plays' own clock; it is learned from what came half an hour before and earlier.
    pub test_from: i64,
    /// How long it is.
    pub days: u32,
    /// Plays that are learned from.
    pub learned_from: usize,
    /// Songs in them.
    pub songs: usize,
    /// Listeners who are asked.
    pub asked: usize,
    /// Songs to be foretold, each listener's counted.
    pub relevant: usize,
    /// Those of them that nobody had heard before the cut: no list can have them.
    pub unheard: usize,
    /// By method.
    pub rows: Vec<Row>,
}

/// Methods beside those that are always judged.
#[derive(Clone, Copy, Default)]
pub struct Beside<'a> {
    /// A network of sequences, which is trained for it.
    pub sequence: Option<Sequence<'a>>,
    /// Our model.
    pub model: Option<OurModel<'a>>,
}

/// Judges by the last `days` of these plays, with these methods among the others.
///
/// # Errors
/// When there is nobody with plays both before the test and in it.
pub fn judge(gathered: &mut Gathered, days: u32, beside: Beside) -> Result<Judged, InputError> {
    gathered.sorted();
    let gathered = &*gathered;
    let long = i64::from(days) * DAY;
    let end = gathered.plays.iter().map(|heard| heard.at + 1).max().unwrap_or(0);
    let sizes = [gathered.songs(), gathered.listeners()];
    let past = Past::new(&gathered.plays, sizes, end - long..end);
    let asked = past.asked(usize::MAX);
    if asked.is_empty() {
        let message = format!(
            "nobody has plays both in the last {days} days and earlier, of {} that count",
            gathered.plays.len()
        );
        return Err(Problem::new("(plays)", message)
            .help("`--test-days N` makes the test longer")
            .into());
    }
    let earlier = Past::new(&gathered.plays, sizes, past.until - long..past.until);
    let mut methods = methods(&past, &earlier);
    methods.extend(beside.sequence.and_then(|with| by_sequence(&past, &earlier, with)));
    methods.extend(beside.model.map(|model| by_interest(gathered, &past, model)));
    let heard: Vec<bool> = past.all().fold(vec![false; past.songs], |mut heard, play| {
        heard[play.song as usize] = true;
        heard
    });
    let songs = heard.iter().filter(|heard| **heard).count();
    let relevant: Vec<u32> = asked.iter().flat_map(|&l| past.relevant(l, None)).collect();
    let row = |method: &Method| row(method, &past, &asked, songs);
    Ok(Judged {
        plays: gathered.plays.len(),
        left_out: gathered.left_out(),
        listeners: gathered.listeners(),
        test_from: end - long,
        days,
        learned_from: past.all().count(),
        songs,
        asked: asked.len(),
        relevant: relevant.len(),
        unheard: relevant.iter().filter(|&&song| !heard[song as usize]).count(),
        rows: methods.iter().map(row).collect(),
    })
}

fn row(method: &Method, past: &Past, asked: &[u32], songs: usize) -> Row {
    let lists: Vec<List> = asked.par_iter().map(|&listener| method.list(listener)).collect();
    let coverage = DEPTHS.map(|depth| {
        let mut shown: Vec<u32> =
            lists.iter().flat_map(|list| list.songs.iter().take(depth).copied()).collect();
        shown.sort_unstable();
        shown.dedup();
        shown.len() as f64 / songs.max(1) as f64
    });
    let parts = [Part::All, Part::Organic, Part::Recommended].map(|part| {
        let figures = asked.par_iter().zip(&lists).filter_map(|(&listener, list)| {
            let relevant = past.relevant(listener, part.way());
            (!relevant.is_empty()).then(|| [list.ndcg(&relevant), list.recall(&relevant)])
        });
        let figures: Vec<[[f64; 2]; 2]> = figures.collect();
        let [ndcg, recall] = [0, 1]
            .map(|figure| [0, 1].map(|depth| mean(figures.iter().map(|all| all[figure][depth]))));
        Figures { part, listeners: figures.len(), ndcg, recall }
    });
    let parts = parts.into_iter().filter(|figures| figures.listeners > 0).collect();
    let (hours, steps) = (method.hours, method.steps);
    Row { method: method.name.into(), hours, steps, coverage, parts }
}

#[cfg(test)]
mod tests {
    use super::*;

    use melody_core::plays::Play;

    const LAST: i64 = 10 * DAY;

    fn play(who: &str, at: i64, song: &str) -> Play {
        Play {
            listener: Some(who.into()),
            time_ms: Some(at * 1_000),
            song: Some(song.into()),
            ..Play::default()
        }
    }

    /// Three who have a past, of whom two are asked; one who has none.
    fn invented() -> Gathered {
        let mut gathered = Gathered::default();
        let chosen = |play: Play, by_hand: bool| Play { opened: Some(by_hand), ..play };
        for play in [
            play("a", 0, "X"),
            play("a", 100, "Y"),
            play("a", 500, "X"),
            play("a", 500, "X"),
            // In the half hour before the test, so neither learned from nor foretold.
            play("a", LAST + 11 - DAY - 60, "W"),
            chosen(play("a", LAST, "Y"), true),
            play("b", 0, "X"),
            play("b", 100, "Y"),
            play("b", 200, "Z"),
            chosen(play("b", LAST + 10, "Z"), false),
            play("c", 50, "Z"),
            play("d", LAST, "X"),
            Play { play_ratio: Some(0.49), ..play("b", LAST, "X") },
            Play { time_ms: None, ..play("b", LAST, "X") },
        ] {
            gathered.play(&play);
        }
        gathered
    }

    fn judged(gathered: &mut Gathered) -> Judged {
        judge(gathered, 1, Beside::default()).unwrap()
    }

    fn near(found: f64, wanted: f64, what: &str) {
        assert!((found - wanted).abs() < 1e-12, "{what}: {found}, by hand {wanted}");
    }

    #[test]
    fn figures_are_those_worked_out_by_hand() {
        let judged = judged(&mut invented());
        assert_eq!(judged.left_out, LeftOut { short: 1, timeless: 1, doubles: 1 });
        assert_eq!((judged.plays, judged.learned_from, judged.songs), (11, 7, 3));
        assert_eq!((judged.asked, judged.relevant, judged.unheard), (2, 2, 0));
        let second = 1.0 / 3f64.log2();
        // X was heard three times, Y and Z twice: they share the second and third place.
        let shared = f64::midpoint(second, 0.5);
        // a comes from X, which Y follows; b from Z, which nothing follows, and before it from Y: Y, X, Z.
        let follows = f64::midpoint(1.0, 0.5);
        // a: X, Y, Z; b: Y, X, Z.
        let neighbours = f64::midpoint(second, 0.5);
        let wanted = [shared, shared, neighbours, follows];
        assert_eq!(judged.rows.len(), wanted.len());
        for (row, wanted) in judged.rows.iter().zip(wanted) {
            let all = &row.parts[0];
            near(all.ndcg[0], wanted, &row.method);
            near(all.ndcg[1], wanted, &row.method);
            assert_eq!((all.listeners, all.recall, row.coverage), (2, [1.0; 2], [1.0; 2]));
        }
        let follows = &judged.rows[3].parts;
        assert_eq!((follows[1].part, follows[2].part), (Part::Organic, Part::Recommended));
        near(follows[1].ndcg[0], 1.0, "what a chose");
        near(follows[2].ndcg[0], 0.5, "what came up for b");
    }

    #[test]
    fn nothing_of_the_test_is_learned_from() {
        let mut other = invented();
        // Whatever a hears in the test, nobody is shown anything else.
        other.play(&play("a", LAST + 5, "Z"));
        other.play(&play("c", LAST + 6, "V"));
        let [was, is] = [&mut invented(), &mut other].map(judged);
        assert_eq!((is.asked, is.relevant, is.unheard), (3, 4, 1));
        for (was, is) in was.rows.iter().zip(&is.rows) {
            let recommended = |row: &Row| row.parts.last().unwrap().clone();
            assert_eq!(recommended(was), recommended(is), "{}", was.method);
        }
    }

    #[test]
    fn without_anybody_to_ask_it_says_so() {
        let mut gathered = Gathered::default();
        gathered.play(&play("a", 0, "X"));
        let told = judge(&mut gathered, 1, Beside::default()).unwrap_err().to_string();
        assert!(told.contains("--test-days"), "{told}");
    }
}

//! A training log as RecBole's atomic files: `NAME.inter`, `NAME.item`, `NAME.user`.
//!
//! Tables parted by tabs whose heads carry a type, `token`, `token_seq` (parted by blanks) or `float`. A play of which
//! nothing else is known is an interaction all the same, as implicit feedback has it: labels that only some plays have are 0
//! elsewhere. A share heard that is not known is left empty, which RecBole fills with the column's mean.

use std::collections::BTreeSet;
use std::path::Path;

use super::sheet::{Cell, Sheet};
use crate::data::log::TrainingLog;
use melody_core::catalogue::Catalogue;
use melody_core::input::InputError;
use melody_core::output::make_folder;

const INTERACTIONS: [&str; 8] = [
    "user_id:token",
    "item_id:token",
    "timestamp:float",
    "play_ratio:float",
    "completed:float",
    "liked:float",
    "session_id:token",
    "scene:token",
];
const ITEMS: [&str; 6] = [
    "item_id:token",
    "title:token_seq",
    "artist:token",
    "genre:token",
    "popularity:float",
    "duration:float",
];
const USERS: [&str; 3] = ["user_id:token", "tier:token", "tenure_days:float"];

/// Writes the three files of a log into a folder of their own, called as the folder is: what RecBole wants of a data set's. Times are
/// seconds of the log's clock. Gives the number of plays, songs and listeners. `done` is called after every shard.
///
/// # Errors
/// When a shard cannot be read, the folder holds something or the disk refuses.
pub fn recbole(
    folder: &Path,
    log: &TrainingLog,
    catalogue: &Catalogue,
    done: &dyn Fn(),
) -> Result<[u64; 3], InputError> {
    let problem =
        |message: String| InputError::from(melody_core::input::Problem::new("(output)", message));
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned());
    let name = name.ok_or_else(|| problem(format!("{}: names no folder", folder.display())))?;
    make_folder(folder).map_err(|error| problem(format!("{}: {error}", folder.display())))?;
    let begin = |ending: &str, head: &[&str]| {
        Sheet::tabbed(&folder.join(format!("{name}.{ending}")), head).map_err(problem)
    };
    let mut interactions = begin("inter", &INTERACTIONS)?;
    let mut items = begin("item", &ITEMS)?;
    let mut users = begin("user", &USERS)?;
    let mut heard = BTreeSet::new();
    for shard in 0..log.manifest().shards.len() {
        for listener in log.listeners(shard)? {
            let user = token(&listener.name);
            let account = &listener.account;
            users
                .push(vec![user.clone(), account.tier.name().into(), account.tenure_days.into()])
                .map_err(problem)?;
            for (number, session) in listener.sessions.iter().enumerate() {
                for logged in &session.plays {
                    let (play, known) = (&logged.play, &logged.known);
                    heard.insert(play.song);
                    let flag = |known: bool, value: bool| Cell::Whole((known && value).into());
                    let row = vec![
                        user.clone(),
                        token(&catalogue.song(play.song).id),
                        Cell::Number(play.began_ms as f64 / 1000.0),
                        if known.play_ratio { Cell::short(play.play_ratio) } else { Cell::Unknown },
                        flag(known.completed, play.completed),
                        flag(known.liked || known.saved, play.liked || play.saved),
                        Cell::Text(format!("{}-{number}", listener.name)),
                        play.scene.name().into(),
                    ];
                    interactions.push(row).map_err(problem)?;
                }
            }
        }
        done();
    }
    for &id in &heard {
        let song = catalogue.song(id);
        let row = vec![
            token(&song.id),
            token(&song.title),
            token(&catalogue.artist_names(song)),
            catalogue.genre(song).id.as_str().into(),
            Cell::short(song.popularity),
            Cell::Number(f64::from(song.duration_ms) / 1000.0),
        ];
        items.push(row).map_err(problem)?;
    }
    let [plays, songs, listeners] = [interactions, items, users].map(Sheet::finish);
    Ok([plays.map_err(problem)?, songs.map_err(problem)?, listeners.map_err(problem)?])
}

/// A text in one cell: its blanks are plain ones, so that neither tabs nor line ends are in it.
fn token(text: &str) -> Cell {
    Cell::Text(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

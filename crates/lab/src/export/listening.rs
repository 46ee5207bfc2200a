//! A training log as one table of plays.

use super::sheet::{Cell, Column, Sheet};
use crate::data::{Split, Splits};
use melody_core::catalogue::Catalogue;
use melody_core::plays::{LoggedListener, Truth};

use Column::{Flag, Number, Text, Whole};

/// Columns of [`logged_plays`], without what is truly likely.
const COLUMNS: [(&str, Column); 20] = [
    ("listener", Text),
    ("split", Text),
    ("session", Whole),
    ("began_ms", Whole),
    ("song", Text),
    ("title", Text),
    ("artist", Text),
    ("scene", Text),
    ("tier", Text),
    ("previews", Whole),
    ("play_ratio", Number),
    ("completed", Flag),
    ("skipped", Flag),
    ("liked", Flag),
    ("saved", Flag),
    ("replayed", Flag),
    ("searched", Flag),
    ("opened", Flag),
    ("subscribes", Flag),
    ("engaged", Flag),
];

/// The columns of a training log's plays: its own, flat, with the song's title and artist and the part of the split.
pub fn columns() -> Vec<(String, Column)> {
    let own = COLUMNS.into_iter().map(|(name, kind)| (name.to_string(), kind));
    own.chain(Truth::NAMES.map(|name| (format!("true_{name}"), Number))).collect()
}

/// A row for every play of a listener. What is no label is unknown.
///
/// # Errors
/// When the disk refuses.
pub fn logged_plays(
    sheet: &mut Sheet,
    catalogue: &Catalogue,
    splits: &Splits,
    listener: &LoggedListener,
) -> Result<(), String> {
    let earlier = splits.earlier(listener);
    let own = splits.listener(&listener.name);
    for (number, session) in listener.sessions.iter().enumerate() {
        let part = if own == Split::Train && number >= earlier { Split::Later } else { own };
        for logged in &session.plays {
            let (play, known) = (&logged.play, &logged.known);
            let song = catalogue.song(play.song);
            let label = |known: bool, value: bool| Cell::of(known.then_some(value));
            let mut row = vec![
                listener.name.as_str().into(),
                part.name().into(),
                number.into(),
                play.began_ms.into(),
                song.id.as_str().into(),
                song.title.as_str().into(),
                catalogue.artist_names(song).as_str().into(),
                play.scene.name().into(),
                logged.tier.name().into(),
                logged.previews.into(),
                if known.play_ratio { Cell::short(play.play_ratio) } else { Cell::Unknown },
                label(known.completed, play.completed),
                label(known.skipped, play.skipped),
                label(known.liked, play.liked),
                label(known.saved, play.saved),
                play.replayed.into(),
                play.searched.into(),
                play.opened.into(),
                Cell::of(logged.subscribes),
                Cell::of(logged.engaged),
            ];
            let truth = logged.truth.as_ref().map(Truth::values).unwrap_or_default();
            row.extend(truth.map(Cell::of));
            sheet.push(row)?;
        }
    }
    Ok(())
}

//! Looking for songs and artists, and what letters do meanwhile.

use crate::stage::{app, events, message, press, write};
use melody_core::event::{Action, Target};
use melody_core::input::TomlFile;
use melody_tui::Popup;

#[test]
fn a_search_finds_songs_and_artists_and_opens_them() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("casual-listener", folder.path());
    let artist = "Velvet Sinners";
    press(&mut app, "/");
    write(&mut app, "velvt sin");
    press(&mut app, "enter");
    let first = app.session.catalogue().first_by(artist).unwrap();
    match &app.session.timeline().events()[0].action {
        Action::Search { query, target } => {
            assert_eq!(query, "velvt sin");
            assert_eq!(*target, Target::ArtistOf(first));
        }
        other => panic!("{other:?}"),
    }
    press(&mut app, "/");
    write(&mut app, "no more dreamers");
    press(&mut app, "tab");
    assert_eq!(events(&app), ["search", "search", "open"]);
    assert_eq!(app.session.trace().playing.song.title, "No More Dreamers");

    // The very title comes before those that hold it.
    let catalogue = app.session.catalogue().clone();
    let title = |song| catalogue.song(song).title.as_str();
    let held = |short: &&str| {
        let mut others =
            catalogue.ids().filter(|other| title(*other).starts_with(&format!("{short} ")));
        others.nth(1).is_some()
    };
    let short = catalogue.ids().map(title).find(|name| !name.contains(' ') && held(name)).unwrap();
    press(&mut app, "/");
    write(&mut app, &short.to_lowercase());
    press(&mut app, "tab");
    assert_eq!(app.session.trace().playing.song.title, *short);
}

#[test]
fn a_search_opens_on_many_artists_and_finds_genres() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("casual-listener", folder.path());
    for keys in ["/", "e v", "e /"] {
        press(&mut app, keys);
        let Some(Popup::Search(search)) = app.view().popup else { panic!("a search is open") };
        let artists: std::collections::BTreeSet<_> =
            search.hits.iter().map(|hit| &hit.song.artist).collect();
        assert!(artists.len() >= 40, "{} artists of {} songs", artists.len(), search.hits.len());
        write(&mut app, "bossa");
        let Some(Popup::Search(search)) = app.view().popup else { panic!("a search is open") };
        let of_genre = search.hits.iter().filter(|hit| hit.song.genre == "bossa-nova").count();
        assert!(of_genre >= 20, "{of_genre} of {} for {keys}", search.hits.len());
        press(&mut app, "esc esc");
    }
    // In the words of the screen, too.
    let chinese = {
        let catalogue = app.session.catalogue();
        let genre = catalogue.genres.iter().find(|genre| genre.id == "bossa-nova").unwrap();
        genre.name_zh.clone()
    };
    press(&mut app, "/");
    write(&mut app, &chinese);
    let Some(Popup::Search(search)) = app.view().popup else { panic!("a search is open") };
    assert!(search.hits.iter().any(|hit| hit.song.genre == "bossa-nova"));
}

#[test]
fn letters_of_other_layouts_find_their_commands() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("casual-listener", folder.path());
    // Full-width by what they show, Cyrillic by where they lie.
    press(&mut app, "\u{ff4c} \u{ff4e} д т \u{3000}");
    assert_eq!(events(&app), ["like", "skip", "like", "skip"]);
    assert!(app.view().playing);
    press(&mut app, "Ж т");
    let Some(Popup::Palette(palette)) = app.view().popup else { panic!("the palette is open") };
    assert_eq!(palette.typed.value(), "т", "text stays text");
    press(&mut app, "esc ctrl-з");
    assert!(matches!(app.view().popup, Some(Popup::Palette(_))));
    press(&mut app, "esc λ");
    let said = message(&app);
    assert!(said.contains("`λ` means nothing here. `:` finds"), "{said}");
    assert_eq!(events(&app).len(), 4);
    // A key of its own comes first.
    let own = TomlFile::embedded("keymap.toml", "format = 1\n[anywhere]\nsave = \"д\"\n");
    app.keymap = std::sync::Arc::new(melody_tui::keymap::parse(&own).unwrap());
    press(&mut app, "д");
    assert_eq!(*events(&app).last().unwrap(), "save");
}

#[test]
fn letters_typed_in_a_search_are_no_commands_and_pastes_are_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("casual-listener", folder.path());
    press(&mut app, "/");
    write(&mut app, "nqlsb");
    app.paste(&"x\n\u{7}夜".repeat(10_000));
    let Some(Popup::Search(search)) = app.view().popup else { panic!("the search is open") };
    assert_eq!(search.typed.value().chars().count(), 80);
    assert!(!search.typed.value().chars().any(char::is_control));
    press(&mut app, "enter esc");
    assert_eq!(events(&app).len(), 0, "nothing was found, so nothing was searched for");
    app.paste("nnn");
    assert_eq!(events(&app).len(), 0, "pasted text is no command");
}

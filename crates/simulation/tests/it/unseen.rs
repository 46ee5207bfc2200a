//! A session that nobody looks at is the one that somebody would have seen.

use std::path::Path;

use melody_model::Backend;
use melody_sessions::library::Library;
use melody_sessions::names::profile_named;
use melody_sessions::opening::Opening;
use melody_simulation::{Sitting, Until, listen};

/// Listeners pick songs from the queue by hand, search, like and leave; updates of the model come in between.
#[test]
fn listeners_hear_the_same_whether_anybody_looks_or_not() {
    let library = Library::load(&Opening::default(), Path::new(""), Backend::Flex).unwrap();
    let mut opened = 0;
    for name in ["explorer", "likely-payer"] {
        let profile = profile_named(name, Path::new("")).unwrap();
        let sit = |unseen: bool| -> (Sitting, u32) {
            let mut engine = library.engine(&profile, None, 5);
            engine.setup.unseen = unseen;
            let mut by_hand = 0;
            let until = Until { songs: 30, leaving: false };
            let sitting = listen(&engine, &profile, library.world(), 5, until, &mut |_, trace| {
                by_hand += u32::from(trace.ended.is_some() && trace.playing.opened);
            });
            (sitting.unwrap(), by_hand)
        };
        let ((seen, by_hand), (unseen, _)) = (sit(false), sit(true));
        opened += by_hand;
        assert_eq!(seen.felt, unseen.felt, "{name}");
        assert_eq!(seen.state.history.recent(), unseen.state.history.recent(), "{name}");
        assert_eq!(seen.state.bandit.memory(), unseen.state.bandit.memory(), "{name}");
        assert_eq!(seen.state.model.hash, unseen.state.model.hash, "{name}");
        assert!(seen.state.model.number > 0, "the model was updated on the way");
    }
    assert!(opened > 0, "something was picked from the queue");
}

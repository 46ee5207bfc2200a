//! Files as they should not be: cut short, with bytes that do not belong there, handed over as another format. Reading them ends with plays,
//! or with a problem that has a place; never with a panic.

use std::fs;
use std::path::{Path, PathBuf};

use melody_core::plays::{Importing, formats};
use proptest::prelude::*;

/// Every file that the formats are tested by.
fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/imports");
    let all = melody_core::input::files_of(&folder).unwrap();
    all.into_iter().filter(|path| path.extension().is_none_or(|ending| ending != "plays")).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn what_is_damaged_is_told_or_dropped(
        which in 0usize..1_000, cut in 0.0f64..1.5, at in 0.0f64..1.0, with in prop::collection::vec(any::<u8>(), 0..6),
        format in 0usize..200
    ) {
        let files = files();
        let source = &files[which % files.len()];
        let mut bytes = fs::read(source).unwrap();
        bytes.truncate((cut * bytes.len() as f64) as usize);
        let place = (at * bytes.len() as f64) as usize;
        bytes.splice(place..(place + with.len()).min(bytes.len()), with);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(source.file_name().unwrap());
        fs::write(&path, bytes).unwrap();
        // Beyond the last, it is recognised.
        let format = formats().nth(format);
        let mut taken = 0;
        let files = std::slice::from_ref(&path);
        let importing = Importing { files, format, listener: None, incognito: false };
        match importing.read(&|_| {}, None, &mut |_| taken += 1) {
            Ok(summary) => {
                let dropped: u64 = summary.dropped.values().map(|dropped| dropped.count).sum();
                prop_assert_eq!(summary.records, dropped + summary.other_listeners + taken);
            }
            Err(error) => {
                prop_assert!(error.problems.iter().all(|p| p.line.is_some() && p.field.is_some()), "{}", error);
            }
        }
    }
}

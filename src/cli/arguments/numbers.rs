//! The numbers that can be said: each has a range, so that what is none (`nan`, `inf`, less than nothing) is
//! wrong usage, told before anything begins.

use clap::builder::RangedU64ValueParser;
use clap::value_parser;

/// A seed. Files keep it as TOML does, which ends at 2^63 - 1.
pub(super) fn seed() -> RangedU64ValueParser<u64> {
    value_parser!(u64).range(..=i64::MAX as u64)
}

/// A share, 0 to 1.
pub(super) fn share(text: &str) -> Result<f64, String> {
    number(text, |x| (0.0..=1.0).contains(&x))
        .ok_or_else(|| "a number from 0 to 1 is needed".into())
}

/// A number of 0 or more.
pub(super) fn not_below_zero(text: &str) -> Result<f64, String> {
    number(text, |x| x >= 0.0).ok_or_else(|| "a number of 0 or more is needed".into())
}

/// A number above 0.
pub(super) fn above_zero(text: &str) -> Result<f64, String> {
    number(text, |x| x > 0.0).ok_or_else(|| "a number above 0 is needed".into())
}

/// A place in a queue.
pub(super) fn rank(text: &str) -> Result<u32, String> {
    match text.parse() {
        Ok(0) => Err("ranks begin at 1, the song that comes next".into()),
        Ok(rank) => Ok(rank),
        Err(_) => {
            Err("a rank is needed: 1 for the song that comes next, 2 for the one after it".into())
        }
    }
}

/// Columns and rows of a screen that there is room to draw on.
pub(super) fn size(text: &str) -> Result<(u16, u16), String> {
    let parts = text.split_once('x');
    let read = |(width, height): (&str, &str)| Some((width.parse().ok()?, height.parse().ok()?));
    let fits =
        |(width, height): &(u16, u16)| (40..=400).contains(width) && (12..=200).contains(height);
    let told = "columns and rows are needed, 40x12 to 400x200, as in 120x40";
    parts.and_then(read).filter(fits).ok_or_else(|| told.into())
}

fn number(text: &str, allowed: impl Fn(f64) -> bool) -> Option<f64> {
    text.parse().ok().filter(|x: &f64| x.is_finite() && allowed(*x))
}

#[cfg(test)]
mod tests {
    use std::any::TypeId;

    use clap::error::ErrorKind;
    use clap::{Arg, Command, CommandFactory};

    use super::super::command::Arguments;
    use melody_tui::Speed;

    /// Every option of every command, with the words that lead to it.
    fn options(command: &Command, path: &[String], found: &mut Vec<(Vec<String>, Arg)>) {
        found.extend(command.get_arguments().map(|arg| (path.to_vec(), arg.clone())));
        for below in command.get_subcommands() {
            let path = [path, &[below.get_name().to_string()]].concat();
            options(below, &path, found);
        }
    }

    fn is_number(arg: &Arg) -> bool {
        let numbers = [
            TypeId::of::<u8>(),
            TypeId::of::<u16>(),
            TypeId::of::<u32>(),
            TypeId::of::<u64>(),
            TypeId::of::<usize>(),
            TypeId::of::<i32>(),
            TypeId::of::<i64>(),
            TypeId::of::<f32>(),
            TypeId::of::<f64>(),
            TypeId::of::<Speed>(),
        ];
        let kind = arg.get_value_parser().type_id();
        arg.get_action().takes_values() && numbers.iter().any(|number| kind == *number)
    }

    fn refused(path: &[String], option: &str, value: &str) -> Option<ErrorKind> {
        let line = [path, &[format!("--{option}={value}")]].concat();
        Arguments::command().try_get_matches_from(line).err().map(|error| error.kind())
    }

    #[test]
    fn no_number_of_the_command_line_is_without_a_range() {
        let mut all = Vec::new();
        options(&Arguments::command(), &["melody".into()], &mut all);
        let numbers: Vec<&(Vec<String>, Arg)> =
            all.iter().filter(|(_, arg)| is_number(arg)).collect();
        assert!(numbers.len() > 25, "{}", numbers.len());
        for (path, arg) in numbers {
            let option = arg.get_long().expect("numbers are options");
            let nothing =
                ["nan", "inf", "-inf", "-1", "1e999", "", "x", "99999999999999999999999x"];
            for value in nothing {
                let kind = refused(path, option, value);
                let usage = [ErrorKind::ValueValidation, ErrorKind::InvalidValue];
                let told = format!("{} --{option}={value}: {kind:?}", path.join(" "));
                assert!(kind.is_some_and(|kind| usage.contains(&kind)), "{told}");
            }
            if option.ends_with("seed") {
                let most = i64::MAX as u64;
                let kind = |seed: u64| refused(path, option, &seed.to_string());
                let [fits, more] = [kind(most), kind(most + 1)];
                assert_ne!(fits, Some(ErrorKind::ValueValidation), "{path:?} {option}");
                assert_eq!(more, Some(ErrorKind::ValueValidation), "{path:?} {option}");
            }
        }
    }

    #[test]
    fn a_screen_has_room() {
        assert_eq!(super::size("120x40"), Ok((120, 40)));
        for nothing in ["", "x", "120", "0x0", "120x", "39x40", "70000x40", "120x40x3"] {
            assert!(super::size(nothing).is_err(), "{nothing}");
        }
    }

    #[test]
    fn ranks_begin_at_one() {
        assert_eq!(super::rank("1"), Ok(1));
        assert!(super::rank("0").unwrap_err().starts_with("ranks begin at 1"));
        assert!(super::rank("-1").is_err() && super::rank("first").is_err());
    }

    #[test]
    fn shares_end_at_one() {
        assert_eq!((super::share("1"), super::share("0")), (Ok(1.0), Ok(0.0)));
        assert!(super::share("1.01").is_err());
        assert_eq!((super::not_below_zero("0"), super::above_zero("0").is_err()), (Ok(0.0), true));
    }
}

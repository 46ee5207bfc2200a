//! Titles and artists in a form that is the same however they are written.

use unicode_normalization::UnicodeNormalization;

/// Words that make a version of a recording sound like the song itself. A remix, an acoustic version,
/// a cover or an instrumental does not, and keeps its words.
const SAME_SONG: [&str; 17] = [
    "remaster",
    "remastered",
    "mono",
    "stereo",
    "live",
    "radio",
    "edit",
    "single",
    "album",
    "version",
    "deluxe",
    "edition",
    "bonus",
    "track",
    "explicit",
    "original",
    "anniversary",
];
/// Words that begin a list of further artists, in a title or in an artist's name.
const WITH: [&str; 5] = ["feat", "ft", "featuring", "with", "prod"];

/// A text in its normal form: decomposed (NFKD), accents off Latin letters, small letters, `&` as `and`,
/// everything else that is no letter and no digit as one blank. A text of signs alone stays what it is.
pub fn normal(text: &str) -> String {
    if text.is_ascii() { plain(text) } else { any(text) }
}

/// The normal form of ASCII, of which nothing can be decomposed.
fn plain(text: &str) -> String {
    if are_words(text.as_bytes()) {
        return text.to_ascii_lowercase();
    }
    let mut out = String::with_capacity(text.len());
    let mut parted = false;
    for byte in text.bytes() {
        let word = match byte {
            b'\'' | b'`' => continue,
            b'&' => None,
            byte if byte.is_ascii_alphanumeric() => Some(byte.to_ascii_lowercase()),
            _ => {
                parted = true;
                continue;
            }
        };
        if (parted || word.is_none()) && !out.is_empty() {
            out.push(' ');
        }
        match word {
            Some(letter) => out.push(char::from(letter)),
            None => out.push_str("and"),
        }
        // Between `and` and what follows there is a blank.
        parted = word.is_none();
    }
    if out.is_empty() { text.trim().to_ascii_lowercase() } else { out }
}

/// Whether a text is letters and digits with one blank between words, as most are.
fn are_words(text: &[u8]) -> bool {
    let mut parted = true;
    for byte in text {
        let blank = *byte == b' ';
        if !(byte.is_ascii_alphanumeric() || blank && !parted) {
            return false;
        }
        parted = blank;
    }
    !parted
}

/// The normal form of any text.
fn any(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.nfkd().flat_map(char::to_lowercase) {
        match c {
            // Accents alone: other combining marks, as of kana, make another letter.
            '\u{300}'..='\u{36f}' | '\'' | '\u{2019}' | '\u{2bc}' | '`' => {}
            '&' => out.push_str(" and "),
            // As capitals write it.
            'ß' => out.push_str("ss"),
            c if c.is_alphanumeric() || is_mark(c) => out.push(c),
            _ => out.push(' '),
        }
    }
    let words: Vec<&str> = out.split_whitespace().collect();
    if words.is_empty() {
        return text.nfkd().flat_map(char::to_lowercase).collect::<String>().trim().to_string();
    }
    words.join(" ")
}

/// Combining marks that are part of a letter: those of kana, as `が` is decomposed.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{3099}' | '\u{309a}')
}

/// The normal form of an artist's name: without a leading `the`.
pub(super) fn artist_name(name: &str) -> String {
    let normal = normal(name);
    match normal.strip_prefix("the ") {
        Some(rest) => rest.to_string(),
        None => normal,
    }
}

/// The normal form of a title without what only says which version it is or who else takes part:
/// `Song - Remastered 2011`, `Song (Live at Home)`, `Song [feat. Someone]`, `Song ft. Someone`.
pub fn plain_title(whole: &str) -> String {
    let mut kept = String::with_capacity(whole.len());
    let mut rest = whole;
    while let Some(at) = rest.find(['(', '[', '（']) {
        let Some(open) = rest[at..].chars().next() else { break };
        let close = match open {
            '(' => ')',
            '[' => ']',
            _ => '）',
        };
        let inside = &rest[at + open.len_utf8()..];
        let Some(end) = inside.find(close) else { break };
        kept.push_str(&rest[..at]);
        if !says_only_which(&inside[..end]) {
            kept.push_str(&rest[at..at + open.len_utf8() + end + close.len_utf8()]);
        }
        rest = &inside[end + close.len_utf8()..];
    }
    kept.push_str(rest);
    let mut title: &str = &kept;
    while let Some((before, after)) = title.rsplit_once(" - ") {
        if before.trim().is_empty() || !says_only_which(after) {
            break;
        }
        title = before;
    }
    let normal_title = normal(title);
    let mut words: Vec<&str> = normal_title.split(' ').collect();
    // Outside brackets `with` is a word of titles like any other.
    let listed = words.iter().position(|word| ["feat", "ft", "featuring"].contains(word));
    if let Some(at) = listed.filter(|&at| at > 0) {
        words.truncate(at);
    }
    match words.join(" ") {
        // All of it was an addition: then it is the title.
        plain if plain.is_empty() => normal(whole),
        plain => plain,
    }
}

/// Whether an addition to a title names a version that sounds like the song, or further artists.
fn says_only_which(addition: &str) -> bool {
    let addition = normal(addition);
    let words: Vec<&str> = addition.split(' ').filter(|word| !word.is_empty()).collect();
    let year = |word: &str| word.len() == 4 && word.parse::<u16>().is_ok();
    match words.first() {
        None => true,
        Some(first) if WITH.contains(first) => words.len() > 1,
        // `Live at ...`, `Live 2009 4 15`: where and when do not matter.
        Some(&"live") => true,
        _ => words.iter().all(|word| SAME_SONG.contains(word) || year(word)),
    }
}

/// The normal forms of an artist's name as it stands and of every artist that it lists, in order.
pub fn artists_of(name: &str) -> Vec<String> {
    let whole = artist_name(name);
    let mut names = vec![whole.clone()];
    let parts = name.split([',', ';', '/', '&', '+', '×', '、', '(', '[']);
    for part in parts.flat_map(|part| split_at_words(&artist_name(part))) {
        if !part.is_empty() && !names.contains(&part) {
            names.push(part);
        }
    }
    names
}

/// The parts of a name in normal form between words that join artists.
fn split_at_words(name: &str) -> Vec<String> {
    let joins = |word: &&str| WITH.contains(word) || ["x", "vs", "and"].contains(word);
    let words: Vec<&str> = name.split(' ').collect();
    words.split(|word| joins(word)).map(|part| part.join(" ")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    use proptest::prelude::*;

    proptest! {
        #[test]
        fn ascii_has_the_normal_form_of_any_text(text in "[a-dA-D0-9 &'`!.\\-\t\u{b}\u{c}\u{1f}]{0,12}") {
            prop_assert_eq!(plain(&text), super::any(&text));
        }
    }

    #[test]
    fn writing_does_not_matter() {
        assert_eq!(normal("  Beyoncé’s  «Halo»! "), "beyonces halo");
        assert_eq!(normal("Simon & Garfunkel"), normal("Simon and Garfunkel"));
        assert_eq!(normal("ＡＢＣ １２"), "abc 12");
        assert_eq!(normal("坂本龍一"), "坂本龍一");
        assert_ne!(normal("がく"), normal("かく"));
        assert_eq!(normal("Straße"), normal("STRASSE"));
        assert_eq!(normal("!!!"), "!!!");
        assert_eq!(normal(""), "");
        assert_eq!(normal("한국"), normal("한국".nfd().collect::<String>().as_str()));
    }

    #[test]
    fn versions_that_sound_the_same_are_the_same() {
        for (title, plain) in [
            ("Song - Remastered 2011", "song"),
            ("Song - 2011 Remaster", "song"),
            ("Song (Live at Home, 2003)", "song"),
            ("Song (Live_2009_4_15)", "song"),
            ("Song [feat. Some One] - Radio Edit", "song"),
            ("Song ft. Some One", "song"),
            ("Song (with Some One)", "song"),
            ("Song - Mono / Remastered", "song"),
            ("Song - Some Remix", "song some remix"),
            ("Song (Acoustic)", "song acoustic"),
            ("With or Without You", "with or without you"),
            ("Live", "live"),
            ("- Live", "live"),
            ("(Live)", "live"),
            ("Song (unclosed", "song unclosed"),
            ("1999 - 1999", "1999"),
        ] {
            assert_eq!(plain_title(title), plain, "{title}");
        }
    }

    #[test]
    fn every_listed_artist_is_found_and_the_whole_name_first() {
        assert_eq!(artists_of("The Who"), ["who"]);
        assert_eq!(artists_of("A, B feat. C"), ["a b feat c", "a", "b", "c"]);
        assert_eq!(artists_of("Earth, Wind & Fire")[0], "earth wind and fire");
        assert_eq!(artists_of("AC/DC"), ["ac dc", "ac", "dc"]);
    }
}

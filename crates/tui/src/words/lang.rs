//! The languages of the program.
//!
//! English is what the code says; every other language is a file in `assets/lang` from English texts
//! to their translations. `{}` stands for what is filled in: a name or a number of the session. Texts
//! that the engine writes into a trace are English too and are translated where they are shown, by
//! the pattern they follow.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::LazyLock;

/// A language of the program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// English, which needs no file.
    #[default]
    En,
    /// Chinese, in simplified characters.
    Zh,
}

impl Lang {
    /// In the order they are offered.
    pub const ALL: [Lang; 2] = [Lang::En, Lang::Zh];

    /// Two letters, as in the config file and on the command line.
    pub fn tag(self) -> &'static str {
        match self {
            Lang::En => "en",
            Lang::Zh => "zh",
        }
    }

    /// Its own name for itself.
    pub fn name(self) -> &'static str {
        match self {
            Lang::En => "English",
            Lang::Zh => "中文",
        }
    }

    /// Its name in English.
    pub fn english(self) -> &'static str {
        match self {
            Lang::En => "English",
            Lang::Zh => "Chinese",
        }
    }

    /// A text of the program or of a trace. What has no translation stays as it is.
    pub fn text<'a>(self, english: &'a str) -> Cow<'a, str> {
        match self {
            Lang::En => english.into(),
            Lang::Zh => ZH.text(english, 0).map_or(english.into(), Cow::Owned),
        }
    }

    /// The conditions of a segment as the engine writes them, with keys of the policy, for a person.
    pub(crate) fn reasons(self, because: &str) -> String {
        let (texts, comma) = match self {
            Lang::En => (&*EN, ", "),
            Lang::Zh => (&*ZH, "，"),
        };
        let own = |reason: &str| texts.text(reason, 0).unwrap_or_else(|| reason.into());
        because.split(", ").map(own).collect::<Vec<_>>().join(comma)
    }

    /// The name of a thing of some kind, where other things have the same name in English: its translation is that of
    /// `kind|name`, or of the name alone.
    pub fn named<'a>(self, kind: &str, name: &'a str) -> Cow<'a, str> {
        let own = match self {
            Lang::En => None,
            Lang::Zh => ZH.exact.get(format!("{kind}|{name}").as_str()).copied(),
        };
        own.map_or_else(|| self.text(name), Cow::Borrowed)
    }

    /// The title of a song, in the quotes that titles have.
    pub(crate) fn title(self, title: &str) -> String {
        match self {
            Lang::En => format!("\"{title}\""),
            Lang::Zh => format!("《{title}》"),
        }
    }

    /// What somebody wrote, in quotes.
    pub(crate) fn quoted(self, said: &str) -> String {
        match self {
            Lang::En => format!("\"{said}\""),
            Lang::Zh => format!("“{said}”"),
        }
    }

    /// A text with what is filled in, in the order of the English `{}`. A translation may ask for
    /// them in another order: `{1}` is the second.
    pub fn fill(self, english: &str, values: &[&dyn Display]) -> String {
        let values: Vec<String> = values.iter().map(ToString::to_string).collect();
        let translated = match self {
            Lang::En => None,
            Lang::Zh => ZH.exact.get(english).copied(),
        };
        filled(translated.unwrap_or(english), &values)
    }

    /// The same about so many of something: a text of its own for one, as "1 plays" is no English.
    pub fn counted(self, count: usize, [one, more]: [&str; 2], values: &[&dyn Display]) -> String {
        self.fill(if count == 1 { one } else { more }, values)
    }
}

/// Puts values into a text's `{}` and `{n}`. Braces around anything else are text.
fn filled(text: &str, values: &[String]) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut next = 0;
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        let (before, from) = rest.split_at(open);
        let Some(close) = from.find('}') else { break };
        out.push_str(before);
        let inside = &from[1..close];
        let place = if inside.is_empty() { Some(next) } else { inside.parse().ok() };
        match place.and_then(|place: usize| values.get(place)) {
            Some(value) => out.push_str(value),
            None => out.push_str(&from[..=close]),
        }
        next += usize::from(inside.is_empty());
        rest = &from[close + 1..];
    }
    out.push_str(rest);
    out
}

static ZH: LazyLock<Catalogue> = LazyLock::new(|| {
    let file = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets/lang/zh.toml"));
    Catalogue::new(file, shipped_names())
});

/// What a trace writes with keys of the policy.
static EN: LazyLock<Catalogue> = LazyLock::new(|| {
    let file = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets/lang/en.toml"));
    Catalogue::new(file, Vec::new())
});

/// Values may be texts themselves, up to this deep.
const DEEPEST: usize = 3;

/// A language's texts.
struct Catalogue {
    exact: BTreeMap<&'static str, &'static str>,
    /// English texts with something filled in, cut at it, and their translations; those that say
    /// most first.
    patterns: Vec<(Vec<&'static str>, &'static str)>,
}

impl Catalogue {
    fn new(file: &'static str, names: Vec<(&'static str, &'static str)>) -> Self {
        let table: toml::Table = file.parse().expect("the shipped texts are TOML");
        // Shipped for the life of the program.
        let entries: &'static toml::Table = Box::leak(Box::new(table));
        let mut exact: BTreeMap<&str, &str> = BTreeMap::new();
        exact.extend(names);
        let own = |(english, own): (&'static String, &'static toml::Value)| {
            Some((english.as_str(), own.as_str()?))
        };
        exact.extend(entries.iter().filter_map(own));
        let mut patterns: Vec<(Vec<&str>, &str)> = exact
            .iter()
            .filter(|(english, _)| english.contains("{}"))
            .map(|(english, own)| (english.split("{}").collect(), *own))
            .collect();
        let said = |parts: &[&str]| parts.iter().map(|part| part.len()).sum::<usize>();
        patterns.sort_by(|a, b| said(&b.0).cmp(&said(&a.0)).then(a.0.cmp(&b.0)));
        Catalogue { exact, patterns }
    }

    fn text(&self, english: &str, depth: usize) -> Option<String> {
        if let Some(own) = self.exact.get(english) {
            return Some((*own).into());
        }
        if depth > DEEPEST {
            return None;
        }
        self.patterns.iter().find_map(|(parts, own)| {
            let values = captured(english, parts)?;
            let values: Vec<String> = values
                .into_iter()
                .map(|value| self.text(value, depth + 1).unwrap_or_else(|| value.into()))
                .collect();
            Some(filled(own, &values))
        })
    }
}

/// Names that the shipped files themselves give in Chinese, kept for the life of the program.
fn shipped_names() -> Vec<(&'static str, &'static str)> {
    let taxonomy = melody_core::catalogue::taxonomy();
    let mut names: Vec<(&str, &str)> = Vec::new();
    names.extend(taxonomy.genres.iter().map(|g| (g.id.as_str(), g.name_zh.as_str())));
    names.extend(taxonomy.families.iter().map(|f| (f.id.as_str(), f.name_zh.as_str())));
    if let Some(policy) = melody_recommender::policy::shipped(melody_sessions::names::DEFAULT) {
        let policy: &'static melody_recommender::policy::Policy = Box::leak(Box::new(policy));
        names.extend(policy.segments.iter().map(|s| (s.name.as_str(), s.name_zh.as_str())));
        names.extend(policy.appetites.iter().map(|a| (a.name.as_str(), a.name_zh.as_str())));
    }
    for profile in
        melody_simulation::profile::shipped_names().filter_map(melody_simulation::profile::shipped)
    {
        let profile: &'static melody_simulation::profile::Profile = Box::leak(Box::new(profile));
        names.push((&profile.summary, &profile.summary_zh));
    }
    names
}

/// What stands between the parts of a pattern, if the text follows it.
fn captured<'a>(text: &'a str, parts: &[&str]) -> Option<Vec<&'a str>> {
    let (first, rest) = parts.split_first()?;
    let (last, middle) = rest.split_last()?;
    let mut left = text.strip_prefix(first)?;
    let mut values = Vec::with_capacity(rest.len());
    for part in middle {
        let at = left.find(part).filter(|_| !part.is_empty())?;
        values.push(&left[..at]);
        left = &left[at + part.len()..];
    }
    values.push(left.strip_suffix(last)?);
    Some(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_filled_in_and_taken_out_again() {
        assert_eq!(filled("{} of {}", &["1".into(), "2".into()]), "1 of 2");
        assert_eq!(filled("{1} 之 {0} {x}", &["1".into(), "2".into()]), "2 之 1 {x}");
        assert_eq!(filled("open {", &[]), "open {");
        assert_eq!(captured("a 1 b 2 c", &["a ", " b ", " c"]), Some(vec!["1", "2"]));
        assert_eq!(captured("a 1 b 2 d", &["a ", " b ", " c"]), None);
    }

    #[test]
    fn of_one_a_text_of_its_own_is_said() {
        let said = |lang: Lang, count: usize| {
            let said = ["{} 1 play ago", "{} {} plays ago"];
            lang.counted(count, said, &[&lang.text("completed"), &count])
        };
        assert_eq!(
            [1, 2].map(|n| said(Lang::En, n)),
            ["completed 1 play ago", "completed 2 plays ago"]
        );
        assert_eq!([1, 2].map(|n| said(Lang::Zh, n)), ["1 首前完播", "2 首前完播"]);
    }

    #[test]
    fn conditions_of_a_segment_are_told_without_keys() {
        let both = "tier free, tenure_days 4219 >= 365 and < 5000";
        assert_eq!(Lang::En.reasons(both), "tier free, 4219 days since joining ≥ 365 and < 5000");
        assert_eq!(Lang::Zh.reasons(both), "会员状态为免费，注册 4219 天 ≥ 365 且 < 5000");
        assert_eq!(Lang::En.reasons("no other rule"), "no other rule");
        let keys = [
            "tenure_days",
            "hours_per_week",
            "premium_previews",
            "past_conversions",
            "novelty_appetite",
        ];
        for key in keys.into_iter().chain(["session_plays", "satisfaction"]) {
            for (lang, bound) in
                [(Lang::En, ">="), (Lang::En, "<"), (Lang::Zh, ">="), (Lang::Zh, "<")]
            {
                let said = lang.reasons(&format!("{key} 2 {bound} 1"));
                assert!(!said.contains('_') && !said.contains(">="), "{said}");
            }
        }
    }

    #[test]
    fn what_shares_a_name_in_english_need_not_in_another_language() {
        assert_eq!(Lang::Zh.named("segment", "new"), "新用户");
        assert_eq!(Lang::Zh.named("source", "new"), "新歌");
        assert_eq!(Lang::Zh.text("new"), "新");
        assert_eq!(Lang::Zh.text("segment new"), "分群 新用户");
        assert_eq!(Lang::Zh.named("source", "popular"), "热门");
        assert_eq!(Lang::En.named("segment", "new"), "new");
        assert_eq!(Lang::Zh.named("algorithm", "beta"), "Beta 汤普森");
        assert_eq!(Lang::Zh.text("beta"), "β");
        assert_eq!(Lang::Zh.named("algorithm", "linucb"), "LinUCB");
    }

    #[test]
    fn every_translation_fills_in_what_the_english_does() {
        for (english, own) in ZH.exact.iter().chain(&EN.exact) {
            let count = english.matches("{}").count();
            let marks: Vec<String> = (0..count).map(|i| format!("\u{1}{i}\u{2}")).collect();
            let text = filled(own, &marks);
            for mark in &marks {
                assert!(text.contains(mark), "{english:?}: {own:?} leaves out {mark:?}");
            }
            assert!(!text.contains(['{', '}']), "{english:?}: {own:?} fills in too much");
        }
    }
}

//! What the environment says about the terminal, the locale and where files are.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

use super::setting::Setting;
use melody_tui::Lang;
use melody_tui::theme::ColourDepth;

/// The variables that are looked at.
const NAMES: [&str; 10] = [
    "NO_COLOR",
    "COLORTERM",
    "TERM",
    "LC_ALL",
    "LC_CTYPE",
    "LC_MESSAGES",
    "LANG",
    "MELODY_CONFIG",
    "XDG_CONFIG_HOME",
    "HOME",
];

/// Those of them that are set to more than nothing.
#[derive(Clone, Debug, Default)]
pub struct Environment(BTreeMap<&'static str, OsString>);

impl Environment {
    /// The environment of this process.
    pub fn of_process() -> Self {
        Environment::new(|name| std::env::var_os(name))
    }

    /// An environment of these variables.
    pub fn of(variables: &[(&str, &str)]) -> Self {
        Environment::new(|name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into())
        })
    }

    fn new(value: impl Fn(&str) -> Option<OsString>) -> Self {
        let set = |name| Some((name, value(name).filter(|value| !value.is_empty())?));
        Environment(NAMES.into_iter().filter_map(set).collect())
    }

    /// The value of one of the variables looked at, text or not.
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        self.0.get(name).map(PathBuf::from)
    }

    /// The value, where it is text.
    fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(|value| value.to_str())
    }

    /// The first of these variables that is set.
    fn first(&self, names: [&'static str; 3]) -> Option<(&'static str, &str)> {
        names.into_iter().find_map(|name| Some((name, self.text(name)?)))
    }

    /// How many colours the terminal shows, as `NO_COLOR`, `COLORTERM` and `TERM` have it.
    pub fn colours(&self) -> Setting<ColourDepth> {
        // Set to anything, text or not, it asks for no colour.
        let no_color = self.0.contains_key("NO_COLOR").then_some("1");
        let (depth, by) = ColourDepth::detect(no_color, self.text("COLORTERM"), self.text("TERM"));
        Setting::decided(depth, by)
    }

    /// The language of the locale: Chinese of any kind, or else English.
    pub fn lang(&self) -> Setting<Lang> {
        let locale = self.first(["LC_ALL", "LC_MESSAGES", "LANG"]);
        let chinese = locale.is_some_and(|(_, locale)| locale.starts_with("zh"));
        let lang = if chinese { Lang::Zh } else { Lang::En };
        Setting::decided(lang, locale.map(|(name, _)| name))
    }

    /// Whether the terminal shows ASCII only: where a locale is named and is not one of UTF-8.
    pub fn ascii(&self) -> Setting<bool> {
        let locale = self.first(["LC_ALL", "LC_CTYPE", "LANG"]);
        let utf8 = |locale: &str| {
            let locale = locale.to_ascii_lowercase();
            locale.contains("utf-8") || locale.contains("utf8")
        };
        let ascii = locale.is_some_and(|(_, locale)| !utf8(locale));
        Setting::decided(ascii, locale.map(|(name, _)| name))
    }
}

#[cfg(test)]
mod tests {
    use super::super::setting::Origin;
    use super::*;

    #[test]
    fn the_locale_says_language_and_letters() {
        type Case<'a> = (&'a [(&'a str, &'a str)], Lang, bool);
        let cases: [Case; 9] = [
            (&[], Lang::En, false),
            (&[("LANG", "")], Lang::En, false),
            (&[("LANG", "C")], Lang::En, true),
            (&[("LANG", "en_GB.ISO-8859-1")], Lang::En, true),
            (&[("LANG", "zh_TW.utf8")], Lang::Zh, false),
            (&[("LANG", "de_DE.UTF-8"), ("LC_MESSAGES", "zh_CN.UTF-8")], Lang::Zh, false),
            (&[("LANG", "zh_CN.UTF-8"), ("LC_ALL", "C.UTF-8")], Lang::En, false),
            (&[("LC_CTYPE", "POSIX"), ("LANG", "en_US.UTF-8")], Lang::En, true),
            (&[("LC_ALL", "en_US.UTF-8"), ("LC_CTYPE", "C")], Lang::En, false),
        ];
        for (variables, lang, ascii) in cases {
            let environment = Environment::of(variables);
            assert_eq!(environment.lang().value, lang, "{variables:?}");
            assert_eq!(environment.ascii().value, ascii, "{variables:?}");
        }
        assert_eq!(Environment::of(&[]).lang().origin, Origin::Default);
        let said = Environment::of(&[("LC_CTYPE", "C"), ("LANG", "zh_CN")]);
        assert_eq!(said.ascii().origin, Origin::Environment { name: "LC_CTYPE" });
        assert_eq!(said.lang().origin, Origin::Environment { name: "LANG" });
    }

    #[test]
    fn no_color_set_to_nothing_asks_for_nothing() {
        let depth =
            |value| Environment::of(&[("NO_COLOR", value), ("TERM", "xterm")]).colours().value;
        assert_eq!(depth(""), ColourDepth::Sixteen);
        assert_eq!(depth("0"), ColourDepth::None);
    }
}

//! Where the files of one's own are looked for.

use std::path::{Path, PathBuf};

use super::environment::Environment;
use melody_simulation::profile::shipped_names;

/// The config file; what else is one's own lies in the same folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// Absent where the environment knows no home.
    pub config: Option<PathBuf>,
    /// Whether `MELODY_CONFIG` names it, and it has to be there.
    pub named: bool,
}

impl Places {
    /// `MELODY_CONFIG` if set, else `melody/config.toml` in `XDG_CONFIG_HOME` or in `~/.config`.
    pub fn of(environment: &Environment) -> Self {
        if let Some(path) = environment.path("MELODY_CONFIG") {
            let path = std::path::absolute(&path).unwrap_or(path);
            return Places { config: Some(path), named: true };
        }
        // The XDG specification has paths that are not absolute ignored.
        let folder = environment
            .path("XDG_CONFIG_HOME")
            .filter(|path| path.is_absolute())
            .or_else(|| Some(environment.path("HOME")?.join(".config")));
        let config = folder.map(|folder| folder.join("melody").join("config.toml"));
        Places { config, named: false }
    }

    /// The folder's other files.
    fn beside(&self, name: &str) -> Option<PathBuf> {
        self.config.as_ref().map(|config| config.with_file_name(name))
    }

    /// The file of the keys: `keymap.toml`, whether or not it is there.
    pub fn keymap(&self) -> Option<PathBuf> {
        self.beside("keymap.toml")
    }

    /// The folder of themes of one's own, whether or not it is there.
    pub fn themes(&self) -> Option<PathBuf> {
        self.beside("themes")
    }

    /// The folder of profiles of one's own, whether or not it is there.
    pub fn profiles(&self) -> Option<PathBuf> {
        self.beside("profiles")
    }

    /// The profile of one's own that goes by this name, if there is one. The name of a shipped one means
    /// that.
    pub fn profile(&self, name: &str) -> Option<PathBuf> {
        let plain = Path::new(name).file_name().is_some_and(|file| file == name);
        let own = plain && shipped_names().all(|shipped| shipped != name);
        let path = own.then(|| Some(self.profiles()?.join(format!("{name}.toml"))))??;
        path.is_file().then_some(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(variables: &[(&str, &str)]) -> Option<PathBuf> {
        Places::of(&Environment::of(variables)).config
    }

    #[test]
    #[cfg(unix)]
    fn the_folder_is_that_of_the_xdg_specification() {
        let home = ("HOME", "/home/a");
        let at = |path| Some(Path::new(path).to_path_buf());
        assert_eq!(config(&[home]), at("/home/a/.config/melody/config.toml"));
        assert_eq!(config(&[home, ("XDG_CONFIG_HOME", "/c")]), at("/c/melody/config.toml"));
        assert_eq!(
            config(&[home, ("XDG_CONFIG_HOME", "c")]),
            at("/home/a/.config/melody/config.toml")
        );
        assert_eq!(config(&[home, ("MELODY_CONFIG", "/x/y.toml")]), at("/x/y.toml"));
        assert_eq!(config(&[]), None);
        let named = Places::of(&Environment::of(&[("MELODY_CONFIG", "/x/y.toml")]));
        assert_eq!(named.themes(), at("/x/themes"));
    }
}

//! Where themes are found: among the shipped ones, in a folder of one's own, or by path.

use std::path::{Path, PathBuf};

use super::file::{NamedTheme, load};
use super::shipped::{shipped, shipped_names};
use melody_core::input::{InputError, Problem};

/// The themes that can be named.
#[derive(Clone, Debug, Default)]
pub struct Shelf {
    /// The folder whose `NAME.toml` are themes too, if there is one to look in.
    pub folder: Option<PathBuf>,
}

/// A theme on the shelf.
#[derive(Clone, Debug)]
pub struct Found {
    /// What it is called by: for a file, its name.
    pub name: String,
    /// Its file; absent for a shipped one.
    pub path: Option<PathBuf>,
    /// What is in it, or what is wrong with it.
    pub theme: Result<NamedTheme, InputError>,
}

/// Where a named theme is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Compiled in.
    Shipped,
    /// In the folder, under that name.
    Own(PathBuf),
    /// Elsewhere: the name is a path.
    Elsewhere(PathBuf),
}

impl Shelf {
    /// Every theme: the shipped ones, then those of the folder by name. A file that bears the name of
    /// a shipped theme is left out, as that name means the shipped one.
    pub fn list(&self) -> Vec<Found> {
        let shipped = shipped_names().filter_map(|name| {
            let theme = Ok(shipped(name)?);
            Some(Found { name: name.into(), path: None, theme })
        });
        let own = self.own().into_iter().map(|(name, path)| {
            let theme = load(&path);
            Found { name, path: Some(path), theme }
        });
        shipped.chain(own).collect()
    }

    /// Names and paths of the folder's themes, by name.
    fn own(&self) -> Vec<(String, PathBuf)> {
        let entries = self.folder.as_ref().and_then(|folder| folder.read_dir().ok());
        let mut own: Vec<(String, PathBuf)> = entries
            .into_iter()
            .flatten()
            .filter_map(|entry| {
                let path = entry.ok()?.path();
                let name = path.file_name()?.to_str()?.strip_suffix(".toml")?.to_string();
                shipped_names().all(|shipped| shipped != name).then_some((name, path))
            })
            .collect();
        own.sort();
        own
    }

    /// Where the theme of this name or path is; relative paths start at `base`.
    ///
    /// # Errors
    /// When it is nowhere. The problem names the theme as its file and suggests the nearest name.
    pub fn locate(&self, name: &str, base: &Path) -> Result<Place, Problem> {
        if shipped_names().any(|shipped| shipped == name) {
            return Ok(Place::Shipped);
        }
        let own = self.own();
        if let Some((_, path)) = own.iter().find(|(own, _)| own == name) {
            return Ok(Place::Own(path.clone()));
        }
        let path = base.join(name);
        if path.exists() {
            return Ok(Place::Elsewhere(path));
        }
        let mut names: Vec<&str> = shipped_names().collect();
        names.extend(own.iter().map(|(name, _)| name.as_str()));
        let message = format!("no theme is called `{name}` and no file is there");
        Err(Problem::new(name, message).field("theme").suggest(name, names))
    }

    /// The theme of this name or path; relative paths start at `base`.
    pub fn named(&self, name: &str, base: &Path) -> Result<NamedTheme, InputError> {
        match self.locate(name, base)? {
            Place::Own(path) | Place::Elsewhere(path) => load(&path),
            Place::Shipped => Ok(shipped(name).expect("a name among the shipped ones")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str = "format = 1\nname = \"Night\"\nabout = \"Mine\"\n";

    #[test]
    fn names_come_before_paths_and_shipped_names_before_own() {
        let folder = tempfile::tempdir().unwrap();
        let themes = folder.path().join("themes");
        std::fs::create_dir(&themes).unwrap();
        for name in ["night.toml", "dark.toml"] {
            std::fs::write(themes.join(name), OWN).unwrap();
        }
        std::fs::write(themes.join("notes.txt"), "no theme").unwrap();
        std::fs::write(folder.path().join("night"), "no theme either").unwrap();
        let shelf = Shelf { folder: Some(themes.clone()) };
        let place = |name| shelf.locate(name, folder.path()).unwrap();
        assert_eq!(place("dark"), Place::Shipped);
        assert_eq!(place("night"), Place::Own(themes.join("night.toml")));
        assert_eq!(place("themes/dark.toml"), Place::Elsewhere(themes.join("dark.toml")));
        let slip = shelf.locate("nihgt", folder.path()).unwrap_err();
        assert_eq!(slip.help.as_deref(), Some("did you mean `night`?"));

        let own: Vec<String> =
            shelf.list().into_iter().filter(|found| found.path.is_some()).map(|f| f.name).collect();
        assert_eq!(own, ["night"]);
        assert_eq!(shelf.named("night", folder.path()).unwrap().name, "Night");
    }
}

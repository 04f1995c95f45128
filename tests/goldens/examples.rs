//! The folders of `examples/`: each holds a description, and what to expect of one image or of several. Beside them
//! `tests/golden/projects` has what no page of the manual shows.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use wheelbase_tests::engine::repository;

/// An image of an example.
pub(crate) struct Example {
    /// The folder's name, with what follows `expect` in the name of its file: `workspace-mailer`.
    pub(crate) name: String,
    /// The folder.
    pub(crate) folder: PathBuf,
    /// The description.
    pub(crate) file: String,
    /// The target, if it is not the default one.
    pub(crate) target: Option<String>,
}

/// What matters here of a file `expect*.toml`.
#[derive(Deserialize)]
struct Expected {
    file: Option<String>,
    target: Option<String>,
}

/// All of them, by name.
pub(crate) fn examples() -> Vec<Example> {
    let mut examples = vec![];
    let places = ["examples", "tests/golden/projects"].map(|place| entries(&repository().join(place)));
    for folder in places.into_iter().flatten().filter(|path| path.is_dir()) {
        let before = examples.len();
        for path in entries(&folder) {
            let image = name(&path)
                .strip_prefix("expect")
                .and_then(|rest| rest.strip_suffix(".toml"))
                .map(str::to_owned);
            let Some(image) = image else { continue };
            let expected: Expected = toml::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
            examples.push(Example {
                name: format!("{}{image}", name(&folder)),
                folder: folder.clone(),
                file: expected.file.unwrap_or("app.toml".to_owned()),
                target: expected.target,
            });
        }
        assert!(examples.len() > before, "{} has no expect.toml", folder.display());
    }
    examples
}

/// The last part of a path.
pub(crate) fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    entries
}

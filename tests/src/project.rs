//! Projects made from text: many files in one string.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// A folder with files, gone with the value.
#[derive(Debug)]
pub struct Project {
    folder: TempDir,
}

impl Project {
    /// Makes a project from text in which a line `//- path` begins each file.
    ///
    /// # Panics
    /// If the text does not begin with such a line, or a file cannot be written.
    pub fn new(fixture: &str) -> Self {
        let project = Self { folder: TempDir::new().expect("a temporary folder can be made") };
        let fixture = fixture.trim_start_matches('\n');
        assert!(fixture.starts_with("//- "), "a fixture begins with a line `//- path`");
        for file in fixture.split("//- ").skip(1) {
            let (path, text) = file.split_once('\n').unwrap_or((file, ""));
            project.write(path.trim(), text);
        }
        project
    }

    /// A copy of a folder.
    ///
    /// # Panics
    /// If it cannot be copied.
    pub fn copy_of(folder: &Path) -> Self {
        let project = Self { folder: TempDir::new().expect("a temporary folder can be made") };
        copy(folder, project.path());
        project
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The path of a file in it.
    pub fn file(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Writes a file.
    ///
    /// # Panics
    /// If it cannot be written.
    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.file(path);
        std::fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("a folder can be made");
        std::fs::write(&path, text).expect("a file can be written");
    }

    /// Replaces text in a file.
    ///
    /// # Panics
    /// If the file does not hold the old text: the edit would be none.
    pub fn edit(&self, path: &str, old: &str, new: &str) {
        let text = std::fs::read_to_string(self.file(path)).expect("the file can be read");
        assert!(text.contains(old), "{path} does not hold {old:?}");
        self.write(path, text.replace(old, new));
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).expect("the folder can be read") {
        let entry = entry.expect("the folder can be read");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("an entry has a type").is_dir() {
            std::fs::create_dir_all(&target).expect("a folder can be made");
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), &target).expect("a file can be copied");
        }
    }
}

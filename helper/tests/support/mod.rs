//! What the tests share: small wheels made on the spot, and trees written down so that they can be compared.

#![allow(dead_code, reason = "each test file uses a part of it")]

pub(crate) mod base;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use zip::write::SimpleFileOptions;

/// A wheel in the making.
pub(crate) struct WheelBuilder {
    file_name: String,
    stem: String,
    files: Vec<(String, Vec<u8>, u32)>,
}

impl WheelBuilder {
    /// A wheel with this file name; it gets METADATA, WHEEL and RECORD unless they are added by hand.
    pub(crate) fn new(file_name: &str) -> WheelBuilder {
        let stem = file_name.splitn(3, '-').take(2).collect::<Vec<_>>().join("-");
        WheelBuilder { file_name: file_name.to_owned(), stem, files: Vec::new() }
    }

    pub(crate) fn file(self, path: &str, content: impl AsRef<[u8]>) -> WheelBuilder {
        self.file_with_mode(path, content, 0o100_644)
    }

    /// `{}` in the path stands for `NAME-VERSION`.
    pub(crate) fn file_with_mode(mut self, path: &str, content: impl AsRef<[u8]>, mode: u32) -> WheelBuilder {
        self.files.push((path.replace("{}", &self.stem), content.as_ref().to_vec(), mode));
        self
    }

    /// Writes the wheel into `directory`, and gives what a request says of it.
    pub(crate) fn write(mut self, directory: &Path) -> Value {
        let defaults = [
            ("WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"),
            ("METADATA", "Metadata-Version: 2.1\nName: x\nVersion: 1\n"),
            ("RECORD", ""),
        ];
        for (name, content) in defaults {
            let path = format!("{}.dist-info/{name}", self.stem);
            if !self.files.iter().any(|(known, _, _)| *known == path) {
                self = self.file(&path, content);
            }
        }
        let file = fs::File::create(directory.join(&self.file_name)).expect("the directory is writable");
        let mut zip = zip::ZipWriter::new(file);
        for (path, content, mode) in &self.files {
            // The crate writes modes without their type; links are made by hand where they are tested.
            let options = SimpleFileOptions::default().unix_permissions(*mode);
            zip.start_file(path.as_str(), options).expect("the name is plain");
            zip.write_all(content).expect("the disk is not full");
        }
        zip.finish().expect("the disk is not full");
        let name = self.stem.split('-').next().unwrap_or_default().to_lowercase().replace(['_', '.'], "-");
        json!({ "file": self.file_name, "name": name })
    }
}

/// A directory for wheels, and one for what comes out.
pub(crate) struct Bench {
    directory: tempfile::TempDir,
}

impl Bench {
    pub(crate) fn new() -> Bench {
        let directory = tempfile::tempdir().expect("there is room for temporary files");
        fs::create_dir(directory.path().join("in")).expect("the directory is new");
        Bench { directory }
    }

    /// Where wheels are put.
    pub(crate) fn input(&self) -> PathBuf {
        self.directory.path().join("in")
    }

    /// A new, empty directory for output.
    pub(crate) fn output(&self, name: &str) -> PathBuf {
        let path = self.directory.path().join(name);
        fs::create_dir(&path).expect("each output has a name of its own");
        path
    }

    /// Installs wheels for Python 3.12 into a new directory, and gives it with the warnings.
    pub(crate) fn install(&self, wheels: &[Value]) -> Result<(PathBuf, Vec<String>), String> {
        self.install_with(wheels, json!({}))
    }

    /// The same, with more in the request.
    pub(crate) fn install_with(
        &self,
        wheels: &[Value],
        more: Value,
    ) -> Result<(PathBuf, Vec<String>), String> {
        let count = fs::read_dir(self.directory.path()).expect("it exists").count();
        let out = self.output(&format!("out{count}"));
        let mut request = json!({
            "input": self.input(), "out": out, "venv": "/opt/venv", "python": "3.12", "wheels": wheels,
        });
        for (key, value) in more.as_object().expect("more is a table") {
            request[key] = value.clone();
        }
        match wheelbase_helper::run("install", &request.to_string()) {
            Ok(warnings) => Ok((out, warnings)),
            Err(error) => Err(error.to_string()),
        }
    }
}

/// Everything that a layer keeps of a tree, by path: kind, mode, owner, time, and content or target.
pub(crate) fn snapshot(root: &Path) -> BTreeMap<String, String> {
    let mut lines = BTreeMap::new();
    describe(root, root, &mut lines);
    lines
}

fn describe(root: &Path, path: &Path, lines: &mut BTreeMap<String, String>) {
    let metadata = fs::symlink_metadata(path).expect("it was just listed");
    let content = if metadata.is_dir() {
        for entry in fs::read_dir(path).expect("directories are readable") {
            describe(root, &entry.expect("directories are readable").path(), lines);
        }
        "directory".to_owned()
    } else if metadata.is_symlink() {
        format!("-> {}", fs::read_link(path).expect("it is a link").display())
    } else {
        format!("{:?}", String::from_utf8_lossy(&fs::read(path).expect("files are readable")))
    };
    let (mode, uid, gid, time) = (metadata.mode() & 0o7777, metadata.uid(), metadata.gid(), metadata.mtime());
    let relative = path.strip_prefix(root).expect("it lies below").display().to_string();
    lines.insert(format!("/{relative}"), format!("{mode:o} {uid}:{gid} {time} {content}"));
}

/// The content of a text file below `root`.
pub(crate) fn read(root: &Path, path: &str) -> String {
    let path = root.join(path.trim_start_matches('/'));
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The permission bits of what is at `path` below `root`.
pub(crate) fn mode(root: &Path, path: &str) -> u32 {
    let path = root.join(path.trim_start_matches('/'));
    fs::symlink_metadata(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())).mode() & 0o7777
}

/// Whether there is anything at `path` below `root`.
pub(crate) fn exists(root: &Path, path: &str) -> bool {
    fs::symlink_metadata(root.join(path.trim_start_matches('/'))).is_ok()
}

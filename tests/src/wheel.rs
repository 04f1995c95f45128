//! Wheels made for tests.

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use sha2::{Digest as _, Sha256};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A wheel for every platform with one module.
#[derive(Debug, Clone)]
pub struct Wheel {
    /// `a-1.0-py3-none-any.whl`.
    pub filename: String,
    /// The archive.
    pub bytes: Vec<u8>,
}

impl Wheel {
    /// A wheel of package and module `name`, which sets `VERSION`, and which requires `requires`.
    ///
    /// # Panics
    /// Never: it is written to memory.
    pub fn new(name: &str, version: &str, requires: &[&str]) -> Self {
        let info = format!("{name}-{version}.dist-info");
        let mut metadata = format!("Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n");
        for requirement in requires {
            writeln!(metadata, "Requires-Dist: {requirement}").expect("a text can be written to");
        }
        let tags =
            "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n".to_owned();
        let files = [
            (format!("{name}.py"), format!("VERSION = {version:?}\n")),
            (format!("{info}/METADATA"), metadata),
            (format!("{info}/WHEEL"), tags),
            (
                format!("{info}/RECORD"),
                format!("{name}.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n"),
            ),
        ];
        let mut archive = ZipWriter::new(Cursor::new(vec![]));
        for (path, text) in files {
            archive.start_file(path, SimpleFileOptions::default()).expect("memory takes all");
            archive.write_all(text.as_bytes()).expect("memory takes all");
        }
        let bytes = archive.finish().expect("memory takes all").into_inner();
        Self { filename: format!("{name}-{version}-py3-none-any.whl"), bytes }
    }

    /// 64 hexadecimal digits.
    pub fn sha256(&self) -> String {
        Sha256::digest(&self.bytes).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

//! Wheels: any bytes as an archive, and archives that are right with any text in their metadata.
//!
//! With an even first byte, the rest is the archive. Else it is texts with a NUL between them: WHEEL, RECORD,
//! entry_points.txt, a script, then names and contents of more files.
#![no_main]

use std::cell::RefCell;
use std::fs;
use std::io::{self, Cursor, Write};
use std::path::Path;

use libfuzzer_sys::fuzz_target;
use tempfile::TempDir;
use wheelbase_helper::archive::Archive;
use wheelbase_helper::contract::{InstallRequest, WheelInput};
use wheelbase_helper::install;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const NAME: &str = "a-1-py3-none-any.whl";

/// More than an archive of this size may hold: unpacking must have stopped before.
const MOST: usize = 128 << 20;

thread_local! {
    static PLACE: RefCell<TempDir> = RefCell::new(tempfile::tempdir().expect("a directory for temporary files"));
}

fuzz_target!(|data: &[u8]| {
    let Some((&pick, bytes)) = data.split_first() else { return };
    let made;
    let archive = if pick & 1 == 0 {
        bytes
    } else {
        let Some(wheel) = wheel(bytes) else { return };
        made = wheel;
        &made
    };
    PLACE.with_borrow(|place| {
        let path = place.path().join(NAME);
        fs::write(&path, archive).expect("the archive can be written");
        if unpack(&path).is_ok() {
            install(place.path());
        }
    });
});

/// Unpacks everything, as far as it is right.
fn unpack(path: &Path) -> Result<(), wheelbase_helper::error::Error> {
    let mut archive = Archive::open(path)?;
    let mut sink = Counted(0);
    for entry in archive.entries().to_vec() {
        let start = archive.peek(&entry, 64).map(|start| start.len());
        if archive.unpack(&entry, &mut sink).is_ok() {
            assert_eq!(start.ok(), Some(entry.size.min(64) as usize), "{}", entry.name);
        }
    }
    Ok(())
}

fn install(place: &Path) {
    let out = place.join("out");
    fs::create_dir(&out).expect("a directory can be made");
    let text = |path: &Path| path.to_str().expect("a plain path").to_owned();
    let wheel = WheelInput {
        file: NAME.to_owned(),
        name: "a".to_owned(),
        requested: true,
        direct_url: None,
        accepted_tags: vec![],
    };
    let request = InstallRequest {
        input: text(place),
        out: text(&out),
        venv: "/opt/venv".to_owned(),
        python: "3.13".to_owned(),
        ancestors: vec![],
        wheels: vec![wheel],
        compile_with: None,
    };
    let _ = install::run(&request);
    let outside = fs::read_dir(place).expect("it is there").count();
    assert_eq!(outside, 2, "something was written beside the output");
    fs::remove_dir_all(&out).expect("it can be removed");
}

/// A wheel with these texts; `None` for names that no archive is made of.
fn wheel(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut texts = bytes.split(|byte| *byte == 0);
    let names = ["WHEEL", "RECORD", "entry_points.txt"].map(|name| format!("a-1.dist-info/{name}"));
    let mut files: Vec<(String, &[u8])> =
        names.into_iter().chain(["a-1.data/scripts/tool".to_owned()]).zip(texts.by_ref()).collect();
    while let (Some(name), Some(content)) = (texts.next(), texts.next()) {
        files.push((String::from_utf8(name.to_vec()).ok()?, content));
    }
    let mut archive = ZipWriter::new(Cursor::new(vec![]));
    for (name, content) in files {
        archive.start_file(name, SimpleFileOptions::default()).ok()?;
        archive.write_all(content).ok()?;
    }
    archive.finish().ok().map(Cursor::into_inner)
}

struct Counted(usize);

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        assert!(self.0 < MOST, "more than the limits of the archive let through");
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

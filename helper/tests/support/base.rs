//! Bases made up for tests: just enough files to be read as a distribution with its Python.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;

use serde_json::{Value, json};
use wheelbase_helper::contract::{FACTS_PATH, Facts};

use super::{Bench, read};

/// What glibc says of itself.
pub(crate) const GLIBC: &str = "GNU C Library (Debian GLIBC 2.36-9+deb12u10) stable release version 2.36.\n";

/// A program for a machine, with a loader and some text; just enough of ELF.
pub(crate) fn elf(machine: u16, is_64: bool, is_big: bool, loader: &str, text: &str) -> Vec<u8> {
    let number = |value: usize, length: usize| {
        let bytes = (value as u64).to_be_bytes()[8 - length..].to_vec();
        if is_big { bytes } else { bytes.into_iter().rev().collect() }
    };
    let word = if is_64 { 8 } else { 4 };
    let header = if is_64 { 64 } else { 52 };
    let program_header = if is_64 { 56 } else { 32 };
    let mut bytes = vec![0x7f, b'E', b'L', b'F', if is_64 { 2 } else { 1 }, if is_big { 2 } else { 1 }, 1];
    bytes.resize(16, 0);
    bytes.extend([number(3, 2), number(machine.into(), 2), number(1, 4), number(0, word)].concat());
    bytes.extend([number(header, word), number(0, word), number(0, 4), number(header, 2)].concat());
    bytes.extend([number(program_header, 2), number(1, 2), number(0, 6)].concat());
    assert_eq!(bytes.len(), header);
    let content = header + program_header;
    bytes.extend(number(3, 4)); // PT_INTERP
    bytes.resize(content, 0);
    let (offset_at, size_at) = if is_64 { (header + 8, header + 32) } else { (header + 4, header + 16) };
    bytes[offset_at..offset_at + word].copy_from_slice(&number(content, word));
    bytes[size_at..size_at + word].copy_from_slice(&number(loader.len() + 1, word));
    bytes.extend(loader.as_bytes());
    bytes.extend(b"\0\0");
    bytes.extend(text.as_bytes());
    bytes.push(0);
    bytes
}

/// A base in the making.
pub(crate) struct Base {
    bench: Bench,
    /// Where it lies.
    pub(crate) root: PathBuf,
}

impl Base {
    pub(crate) fn new() -> Base {
        let bench = Bench::new();
        let root = bench.output("base");
        fs::set_permissions(&root, PermissionsExt::from_mode(0o755)).expect("it is ours");
        Base { bench, root }
    }

    /// A base as Debian makes them: `/bin` and `/lib` are links, and Python 3.11 is for x86-64.
    pub(crate) fn debian() -> Base {
        Base::new()
            .link("bin", "usr/bin")
            .link("lib", "usr/lib")
            .link("lib64", "usr/lib64")
            .program("usr/bin/dash", elf(62, true, false, "/lib64/ld-linux-x86-64.so.2", ""))
            .link("usr/bin/sh", "dash")
            .program(
                "usr/bin/python3.11",
                elf(62, true, false, "/lib64/ld-linux-x86-64.so.2", "3.11\x003.11.2"),
            )
            .link("usr/bin/python3", "python3.11")
            .link("usr/lib64/ld-linux-x86-64.so.2", "/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2")
            .file("usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2", "ld.so")
            .file("usr/lib/x86_64-linux-gnu/libc.so.6", GLIBC)
            .file("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\n")
            .file("etc/passwd", "root:x:0:0:root:/root:/bin/bash\nwww-data:x:33:33:w:/var/www:/x\n")
            .file("etc/group", "root:x:0:\nwww-data:x:33:")
    }

    pub(crate) fn file(self, path: &str, content: impl AsRef<[u8]>) -> Base {
        self.put(path, content.as_ref(), 0o644)
    }

    pub(crate) fn program(self, path: &str, content: Vec<u8>) -> Base {
        self.put(path, &content, 0o755)
    }

    pub(crate) fn put(self, path: &str, content: &[u8], mode: u32) -> Base {
        let base = self.directory(path.rsplit_once('/').map_or("", |(parent, _)| parent), 0o755);
        let path = base.root.join(path);
        fs::write(&path, content).expect("the directory is there");
        fs::set_permissions(&path, PermissionsExt::from_mode(mode)).expect("it is ours");
        base
    }

    pub(crate) fn directory(self, path: &str, mode: u32) -> Base {
        let mut at = self.root.clone();
        for part in path.split('/').filter(|part| !part.is_empty()) {
            at.push(part);
            if !at.exists() {
                fs::create_dir(&at).expect("its parent is there");
                fs::set_permissions(&at, PermissionsExt::from_mode(0o755)).expect("it is ours");
            }
        }
        fs::set_permissions(&at, PermissionsExt::from_mode(mode)).expect("it is ours");
        self
    }

    pub(crate) fn link(self, path: &str, target: &str) -> Base {
        let base = self.directory(path.rsplit_once('/').map_or("", |(parent, _)| parent), 0o755);
        if !target.starts_with('/') && path.split('/').count() == 1 {
            fs::create_dir_all(base.root.join(target)).expect("the root is writable");
        }
        symlink(target, base.root.join(path)).expect("nothing is there");
        base
    }

    /// Writes the first layer, with this user.
    pub(crate) fn run(&self, user: Value) -> Result<PathBuf, String> {
        self.run_with(json!({ "user": user }))
    }

    /// Writes the first layer, with more in the request.
    pub(crate) fn run_with(&self, more: Value) -> Result<PathBuf, String> {
        let count = fs::read_dir(self.root.parent().expect("it has one")).expect("it is there").count();
        let out = self.bench.output(&format!("out{count}"));
        let mut request = json!({
            "base": self.root, "out": out, "path": "/usr/local/bin:/usr/bin:/bin", "venv": "/opt/venv",
        });
        for (key, value) in more.as_object().expect("more is a table") {
            request[key] = value.clone();
        }
        let result = wheelbase_helper::run("facts", &request.to_string());
        result.map(|_| out).map_err(|error| error.to_string())
    }

    /// The facts of this base.
    #[track_caller]
    pub(crate) fn facts(&self) -> Facts {
        self.facts_with(json!({}))
    }

    /// The facts of this base, with more in the request.
    #[track_caller]
    pub(crate) fn facts_with(&self, more: Value) -> Facts {
        let out = self.run_with(more).expect("the base is good");
        serde_json::from_str(&read(&out, FACTS_PATH)).expect("facts are JSON")
    }
}

//! Puts one wheel into the environment: its files, its commands, its metadata.

use std::collections::BTreeMap;
use std::io::{self, Write};

use sha2::{Digest, Sha256};

use super::collisions::Owners;
use super::layout::{Destination, Layout};
use super::record::{self, Hashed};
use super::script;
use super::wheel::{Part, Wheel};
use crate::archive::Entry;
use crate::contract::WheelInput;
use crate::error::Result;
use crate::tree::Tree;

const PLAIN: u32 = 0o644;
const EXECUTABLE: u32 = 0o755;

/// What pip and uv call themselves in INSTALLER.
const INSTALLER: &[u8] = b"wheelbase\n";

/// Installs `wheel` into `tree`, and tells `owners` which files are its own.
///
/// Errors: content that is broken; a file that has no place or cannot be written.
pub(crate) fn unpack(
    wheel: &mut Wheel,
    input: &WheelInput,
    layout: &Layout,
    tree: &mut Tree,
    owners: &mut Owners,
) -> Result<()> {
    let label = format!("{} {}", wheel.name.name, wheel.name.version);
    let mut target = Target { tree, owners: owners.of(label), recorded: BTreeMap::new() };
    for entry in wheel.archive.entries().to_vec() {
        let destination = match wheel.part(&entry.name)? {
            Part::Installers => continue,
            Part::Package => layout.package_file(&entry.name),
            Part::Data { key, path } => layout.data_file(&wheel.name.name, key, path)?,
        };
        if destination.is_script {
            install_script(wheel, &entry, destination, layout, &mut target)?;
        } else {
            let mode = if entry.executable { EXECUTABLE } else { PLAIN };
            copy(wheel, &entry, destination, mode, &mut target)?;
        }
    }
    for (name, entry_point) in &wheel.commands {
        let launcher = entry_point.launcher(&layout.interpreter);
        target.write(layout.script(name)?, launcher.as_bytes(), EXECUTABLE)?;
    }
    write_metadata(wheel, input, layout, target)
}

/// Where the files of one wheel go, and what its RECORD will say.
struct Target<'a> {
    tree: &'a mut Tree,
    owners: super::collisions::Owner<'a>,
    recorded: BTreeMap<String, Hashed>,
}

impl Target<'_> {
    /// Writes a file that is in memory.
    fn write(&mut self, destination: Destination, content: &[u8], mode: u32) -> Result<()> {
        if self.owners.claim(&destination.path) {
            let same = self.tree.read(&destination.path)?.is_some_and(|old| old == content);
            self.owners.taken_over(&destination.path, same);
        }
        self.tree.file(&destination.path, content, mode)?;
        self.recorded.insert(destination.recorded, record::hashed(content));
        Ok(())
    }
}

/// Installs a command that the wheel ships, unless an entry point makes it.
fn install_script(
    wheel: &mut Wheel,
    entry: &Entry,
    destination: Destination,
    layout: &Layout,
    target: &mut Target<'_>,
) -> Result<()> {
    let name = destination.recorded.rsplit('/').next().unwrap_or_default();
    if wheel.commands.contains_key(script::command_name(name)) {
        return Ok(());
    }
    let start = wheel.archive.peek(entry, script::LONGEST_FIRST_LINE)?;
    if !script::is_python(&start) {
        return copy(wheel, entry, destination, EXECUTABLE, target);
    }
    let content = script::with_interpreter(&wheel.archive.read(entry)?, &layout.interpreter);
    target.write(destination, &content, EXECUTABLE)
}

/// Copies a file as it is. Its hash is taken only if RECORD does not have it: the wheel as a whole is checked
/// before it comes here.
fn copy(
    wheel: &mut Wheel,
    entry: &Entry,
    destination: Destination,
    mode: u32,
    target: &mut Target<'_>,
) -> Result<()> {
    let known = wheel.hashes.get(&entry.name).filter(|hashed| hashed.size == entry.size).cloned();
    if target.owners.claim(&destination.path) {
        let content = wheel.archive.read(entry)?;
        let same = target.tree.read(&destination.path)?.is_some_and(|old| old == content);
        target.owners.taken_over(&destination.path, same);
    }
    let mut file = target.tree.create(&destination.path, mode)?;
    let hashed = match known {
        Some(hashed) => {
            wheel.archive.unpack(entry, &mut file)?;
            hashed
        }
        None => {
            let mut hashing = Hashing { sink: file, digest: Sha256::new() };
            wheel.archive.unpack(entry, &mut hashing)?;
            record::finished(hashing.digest, entry.size)
        }
    };
    target.recorded.insert(destination.recorded, hashed);
    Ok(())
}

/// Writes what an installer adds (the "Recording installed projects" specification): its name, that the user
/// asked for the package, where it comes from if not from an index, and the list of all files.
fn write_metadata(wheel: &Wheel, input: &WheelInput, layout: &Layout, mut target: Target<'_>) -> Result<()> {
    let place = |name: &str| layout.package_file(&format!("{}/{name}", wheel.dist_info));
    target.write(place("INSTALLER"), INSTALLER, PLAIN)?;
    if input.requested {
        target.write(place("REQUESTED"), b"", PLAIN)?;
    }
    if let Some(direct_url) = &input.direct_url {
        target.write(place("direct_url.json"), direct_url.to_string().as_bytes(), PLAIN)?;
    }
    let own = place("RECORD");
    let text = record::render(&target.recorded, &own.recorded);
    target.write(own, text.as_bytes(), PLAIN)
}

/// Writes and takes the hash of what is written.
struct Hashing<W> {
    sink: W,
    digest: Sha256,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = self.sink.write(bytes)?;
        self.digest.update(&bytes[..length]);
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.sink.flush()
    }
}

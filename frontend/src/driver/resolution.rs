//! Resolutions by uv, in a step of their own: of what is not locked, and of files that a lock knows by checksum alone.

use buildkit_llb::Fs;
use wheelbase_helper::contract::{Facts, Interpreter, PYLOCK_PATH};

use super::session::Session;
use crate::answer::Failure;
use crate::gateway::Gateway;
use crate::lock::{self, Lock, Others, Read, Request, Unlocked};
use crate::lower::{Surroundings, lower_resolution};
use crate::plan::{Indexes, Plan, Resolution, VENV, place};
use crate::select::{Artifact, Selection};
use crate::text::{Files, Span};

impl<G: Gateway> Session<'_, G> {
    /// Has a resolution made, and reads what came out of it: a lock, in files of its own.
    pub(super) async fn resolve(
        &self,
        resolution: &Resolution,
        prepared: &Plan,
        around: &Surroundings<'_>,
    ) -> Result<(Lock, Files), Failure> {
        let output = lower_resolution(prepared, resolution, around);
        let reference = self.solve(&Fs::Output(output), false).await?;
        let bytes = self.gateway.read_file(&reference, PYLOCK_PATH).await?;
        let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
        let text = text.ok_or_else(|| Failure::Bug("the resolution left no pylock".to_owned()))?;
        let mut files = Files::default();
        let file = files.add("pylock.toml", text);
        match lock::read(&file, &Others::new(), &Request::default()).into_result() {
            Ok((Read::Locked(lock), _)) => Ok((lock, files)),
            Ok(_) => Err(Failure::Bug("the resolution is no lock".to_owned())),
            Err(errors) => Err(Failure::Input(errors, files)),
        }
    }
}

/// The resolution of what is not locked.
pub(super) fn resolution(
    unlocked: &Unlocked,
    indexes: &Indexes,
    interpreter: &Interpreter,
    facts: &Facts,
) -> Resolution {
    let sorted = |lines: &[String]| {
        let mut lines = lines.to_vec();
        lines.sort();
        lines.dedup();
        lines
    };
    Resolution {
        requirements: sorted(&unlocked.requirements),
        constraints: sorted(&unlocked.constraints),
        trees: unlocked.trees.clone(),
        find_links: unlocked.indexes.find_links.clone(),
        no_index: unlocked.indexes.no_index,
        prereleases: unlocked.prereleases,
        complete: false,
        interpreter: interpreter.path.clone(),
        machine: interpreter.machine.clone(),
        indexes: indexes.asked(unlocked.indexes.index.as_deref(), &unlocked.indexes.extra),
        ancestors: place(VENV, facts).ancestors,
        origin: Some(Span { file: unlocked.file.id(), start: 0, end: 0 }),
    }
}

/// The look-up of files whose lock knows versions and checksums, but no URLs.
pub(super) fn look_up(
    selection: &Selection,
    indexes: &Indexes,
    interpreter: &Interpreter,
    facts: &Facts,
) -> Option<Resolution> {
    let mut requirements = vec![];
    let mut named = vec![];
    for chosen in &selection.packages {
        if let (Artifact::Lookup(lookup), Some(version)) = (&chosen.artifact, &chosen.version) {
            requirements.push(format!("{}=={version}", chosen.name.as_str()));
            named.extend(lookup.index.clone());
        }
    }
    named.sort();
    named.dedup();
    requirements.sort();
    (!requirements.is_empty()).then(|| Resolution {
        requirements,
        constraints: vec![],
        trees: vec![],
        find_links: vec![],
        no_index: false,
        prereleases: false,
        complete: true,
        interpreter: interpreter.path.clone(),
        machine: interpreter.machine.clone(),
        indexes: indexes.asked(None, &named),
        ancestors: place(VENV, facts).ancestors,
        origin: None,
    })
}

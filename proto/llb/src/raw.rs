//! Somebody else's graph as part of ours: the frontend's own image, the inputs that a client gave.
//!
//! Its operations keep their bytes: decoding and encoding them again with older messages would lose what those do
//! not know, and change their digests. They keep their metadata and their places in source files, too.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use buildkit_proto::pb;
use prost::Message as _;

use crate::digest::sha256;
use crate::meta::SourceFile;
use crate::note::{Note, Place};
use crate::output::{Fs, Output, Vertex};

/// What a definition's terminal operation names; scratch for an empty definition.
///
/// [`crate::definition`] of the result has the same operations, with the same metadata and the same places. What
/// the result does not need is left out: operations that nothing uses, files that no place is in. The rules are
/// those of `NewDefinitionOp` in BuildKit's `client/llb/definition.go`.
///
/// # Errors
/// Bytes that are no operation, an input that is missing or whose index is negative, a cycle, a terminal operation
/// without its one input, a place in a file that is not there.
pub fn from_definition(definition: &pb::Definition) -> Result<Fs, RawError> {
    let Some((terminal, operations)) = definition.def.split_last() else { return Ok(Fs::Scratch) };
    let mut graph = Graph::default();
    for bytes in operations {
        graph.known.insert(sha256(bytes), (bytes, inputs(bytes)?));
    }
    let mut notes = notes(definition)?;
    let terminal = inputs(terminal)?;
    let [result] = terminal.as_slice() else {
        return Err(RawError("its last operation does not have one input".to_owned()));
    };
    graph.seal(&result.digest, &mut notes)?;
    graph.output(result).map(Fs::Output)
}

/// Why a definition cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawError(String);

impl fmt::Display for RawError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the graph cannot be used: {}", self.0)
    }
}

impl std::error::Error for RawError {}

#[derive(Default)]
struct Graph<'d> {
    known: BTreeMap<String, (&'d Vec<u8>, Vec<pb::Input>)>,
    sealed: BTreeMap<String, Arc<Vertex>>,
}

impl Graph<'_> {
    /// Seals an operation after all that it needs; without recursion, because a graph may be deeper than a stack.
    fn seal(&mut self, root: &str, notes: &mut BTreeMap<String, Note>) -> Result<(), RawError> {
        let mut pending = vec![(root.to_owned(), false)];
        let mut begun = BTreeSet::new();
        while let Some((digest, inputs_done)) = pending.pop() {
            if self.sealed.contains_key(&digest) {
                continue;
            }
            let (bytes, inputs) =
                self.known.get(&digest).ok_or_else(|| RawError(format!("operation {digest} is missing")))?;
            if inputs_done {
                let inputs = inputs.iter().map(|input| self.output(input)).collect::<Result<_, _>>()?;
                let note = notes.remove(&digest).unwrap_or_default();
                let vertex = Vertex { digest: digest.clone(), bytes: (*bytes).clone(), inputs, note };
                self.sealed.insert(digest, Arc::new(vertex));
            } else if begun.insert(digest.clone()) {
                pending.push((digest, true));
                pending.extend(inputs.iter().rev().map(|input| (input.digest.clone(), false)));
            } else {
                return Err(circle());
            }
        }
        Ok(())
    }

    fn output(&self, input: &pb::Input) -> Result<Output, RawError> {
        if input.index < 0 {
            return Err(RawError(format!("an input of it has the index {}", input.index)));
        }
        let vertex = self.sealed.get(&input.digest).cloned().ok_or_else(circle)?;
        Ok(Output { vertex, index: input.index })
    }
}

fn circle() -> RawError {
    RawError("its operations go in a circle".to_owned())
}

fn inputs(bytes: &[u8]) -> Result<Vec<pb::Input>, RawError> {
    let op = pb::Op::decode(bytes).map_err(|error| RawError(format!("not an operation: {error}")))?;
    Ok(op.inputs)
}

/// What is noted beside each operation.
fn notes(definition: &pb::Definition) -> Result<BTreeMap<String, Note>, RawError> {
    let mut notes: BTreeMap<String, Note> = BTreeMap::new();
    for (digest, metadata) in &definition.metadata {
        notes.entry(digest.clone()).or_default().metadata = metadata.clone();
    }
    let Some(source) = &definition.source else { return Ok(notes) };
    let files: Vec<SourceFile> = source.infos.iter().cloned().map(SourceFile::from_info).collect();
    for (digest, locations) in &source.locations {
        let places = locations.locations.iter().map(|location| {
            let file = usize::try_from(location.source_index).ok().and_then(|index| files.get(index));
            let file = file.cloned().ok_or_else(|| {
                RawError(format!("a place of it is in file {}, which is not there", location.source_index))
            })?;
            Ok(Place { file, ranges: location.ranges.clone() })
        });
        notes.entry(digest.clone()).or_default().places = places.collect::<Result<_, RawError>>()?;
    }
    Ok(notes)
}

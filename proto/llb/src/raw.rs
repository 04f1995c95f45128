//! Somebody else's graph as part of ours: the frontend's own image, the inputs that a client gave.
//!
//! Its operations keep their bytes: decoding and encoding them again with older messages would lose what those do
//! not know, and change their digests.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use buildkit_proto::pb;
use prost::Message as _;

use crate::digest::sha256;
use crate::meta::Meta;
use crate::output::{Fs, Output, Vertex};

/// Why a definition cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawError(String);

impl fmt::Display for RawError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the graph cannot be used: {}", self.0)
    }
}

impl std::error::Error for RawError {}

/// What a definition's terminal operation names; scratch for an empty definition.
///
/// # Errors
/// Bytes that are no operation, an input that is missing, a cycle, a terminal operation without its one input.
pub fn from_definition(definition: &pb::Definition) -> Result<Fs, RawError> {
    let Some((terminal, operations)) = definition.def.split_last() else { return Ok(Fs::Scratch) };
    let decode = |bytes: &Vec<u8>| {
        pb::Op::decode(bytes.as_slice()).map_err(|error| RawError(format!("not an operation: {error}")))
    };
    let mut known = BTreeMap::new();
    for bytes in operations {
        known.insert(sha256(bytes), (bytes, decode(bytes)?));
    }
    let terminal = decode(terminal)?;
    let [input] = terminal.inputs.as_slice() else {
        return Err(RawError("its last operation does not have one input".to_owned()));
    };
    let mut sealed: BTreeMap<String, Arc<Vertex>> = BTreeMap::new();
    let mut pending = vec![(input.digest.clone(), false)];
    while let Some((digest, inputs_done)) = pending.pop() {
        if sealed.contains_key(&digest) {
            continue;
        }
        let (bytes, op) =
            known.get(&digest).ok_or_else(|| RawError(format!("operation {digest} is missing")))?;
        if inputs_done {
            let inputs = op.inputs.iter().map(|input| {
                let vertex = sealed.get(&input.digest).cloned();
                let vertex = vertex.ok_or_else(|| RawError("its operations go in a circle".to_owned()))?;
                Ok(Output { vertex, index: input.index })
            });
            let vertex = Vertex {
                digest: digest.clone(),
                bytes: (*bytes).clone(),
                inputs: inputs.collect::<Result<_, RawError>>()?,
                caps: Default::default(),
                meta: Meta::default(),
                foreign: Some(definition.metadata.get(&digest).cloned().unwrap_or_default()),
            };
            sealed.insert(digest, Arc::new(vertex));
        } else {
            if pending.iter().any(|(other, done)| *done && *other == digest) {
                return Err(RawError("its operations go in a circle".to_owned()));
            }
            pending.push((digest, true));
            pending.extend(op.inputs.iter().map(|input| (input.digest.clone(), false)));
        }
    }
    Ok(Fs::Output(Output { vertex: sealed[&input.digest].clone(), index: input.index }))
}

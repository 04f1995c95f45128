//! Results of operations: what other operations take.

use std::fmt;
use std::sync::Arc;

use buildkit_proto::pb;

use crate::digest::sha256;
use crate::encode::encode_op;
use crate::note::Note;

/// One result of a sealed operation. Cheap to clone.
#[derive(Clone)]
pub struct Output {
    pub(crate) vertex: Arc<Vertex>,
    pub(crate) index: i64,
}

/// A file system: nothing yet, or the result of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fs {
    /// Nothing.
    Scratch,
    /// A result.
    Output(Output),
}

/// A sealed operation.
pub(crate) struct Vertex {
    pub(crate) digest: String,
    pub(crate) bytes: Vec<u8>,
    /// What it takes: all that is below it is reached by these.
    pub(crate) inputs: Vec<Output>,
    pub(crate) note: Note,
}

impl Output {
    /// The digest of the operation: the daemon's name for it.
    pub fn digest(&self) -> &str {
        &self.vertex.digest
    }

    pub(crate) fn input(&self) -> pb::Input {
        pb::Input { digest: self.vertex.digest.clone(), index: self.index }
    }

    /// The bytes of an operation become its identity here, and nowhere else.
    pub(crate) fn seal(
        op: pb::op::Op,
        platform: Option<pb::Platform>,
        inputs: Inputs,
        note: Note,
    ) -> Arc<Vertex> {
        let op = pb::Op {
            inputs: inputs.numbered.iter().map(Output::input).collect(),
            platform,
            constraints: Some(pb::WorkerConstraints::default()),
            op: Some(op),
        };
        let bytes = encode_op(op);
        let digest = sha256(&bytes);
        let inputs = inputs.numbered.into_iter().chain(inputs.equal).collect();
        Arc::new(Vertex { digest, bytes, inputs, note })
    }
}

impl Drop for Vertex {
    /// Without recursion: a graph may be deeper than a stack. Whoever holds the last reference to an input takes
    /// that input apart in the same loop.
    fn drop(&mut self) {
        let mut pending = std::mem::take(&mut self.inputs);
        while let Some(output) = pending.pop() {
            if let Some(mut vertex) = Arc::into_inner(output.vertex) {
                pending.append(&mut vertex.inputs);
            }
        }
    }
}

/// The inputs of an operation, numbered in the order in which they are first used.
#[derive(Default, Clone)]
pub(crate) struct Inputs {
    numbered: Vec<Output>,
    /// Those that are equal to one that has a number, but may have other things noted beside them.
    equal: Vec<Output>,
}

impl Inputs {
    /// All of them, each with its own number.
    pub(crate) fn all(numbered: Vec<Output>) -> Self {
        Self { numbered, equal: vec![] }
    }

    /// How many there are.
    pub(crate) fn count(&self) -> i64 {
        i64::try_from(self.numbered.len()).expect("fewer inputs than bytes")
    }

    /// The number of an input, which is added if it is new.
    pub(crate) fn number(&mut self, output: &Output) -> i64 {
        match self.numbered.iter().zip(0..).find(|(known, _)| *known == output) {
            Some((known, number)) => {
                if !Arc::ptr_eq(&known.vertex, &output.vertex) {
                    self.equal.push(output.clone());
                }
                number
            }
            None => {
                self.numbered.push(output.clone());
                self.count() - 1
            }
        }
    }

    /// The number of a file system: -1 for scratch.
    pub(crate) fn number_of(&mut self, fs: &Fs) -> i64 {
        match fs {
            Fs::Scratch => -1,
            Fs::Output(output) => self.number(output),
        }
    }
}

impl Fs {
    /// The result, if there is one.
    pub fn output(self) -> Option<Output> {
        match self {
            Self::Scratch => None,
            Self::Output(output) => Some(output),
        }
    }

    /// The result.
    ///
    /// # Panics
    /// With `what` if it is scratch.
    #[track_caller]
    pub fn expect(self, what: &str) -> Output {
        self.output().unwrap_or_else(|| panic!("scratch has no output: {what}"))
    }
}

impl From<Output> for Fs {
    fn from(output: Output) -> Self {
        Self::Output(output)
    }
}

impl PartialEq for Output {
    fn eq(&self, other: &Self) -> bool {
        self.index == other.index && self.vertex.digest == other.vertex.digest
    }
}

impl Eq for Output {}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.vertex.digest, self.index)
    }
}

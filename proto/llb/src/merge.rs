//! Layers over each other, and what one layer adds to another.

use buildkit_proto::{caps, pb};

use crate::meta::Meta;
use crate::note::Note;
use crate::output::{Fs, Inputs, Output};

/// Puts file systems over each other, the later over the earlier, without a step that copies. Scratch inputs add
/// nothing and are left out; of one alone, it is the result.
///
/// Needs the capability `mergeop`, which Docker Engine has only with its containerd image store.
pub fn merge(inputs: impl IntoIterator<Item = Fs>) -> Fs {
    merge_with(inputs, Meta::default())
}

/// The same with a name and places for the operation, if there is one.
pub fn merge_with(inputs: impl IntoIterator<Item = Fs>, meta: Meta) -> Fs {
    let mut inputs: Vec<Output> = inputs.into_iter().filter_map(Fs::output).collect();
    match inputs.len() {
        0 => Fs::Scratch,
        1 => Fs::Output(inputs.remove(0)),
        count => {
            let numbers = (0..count).map(|input| pb::MergeInput { input: input as i64 }).collect();
            let op = pb::op::Op::Merge(pb::MergeOp { inputs: numbers });
            let note = Note::new([caps::llb::MERGE_OP], meta);
            Fs::Output(Output { vertex: Output::seal(op, None, Inputs::all(inputs), note), index: 0 })
        }
    }
}

/// What `upper` has that `lower` has not, deletions included. Needs the capability `diffop`.
pub fn diff(lower: &Fs, upper: &Fs) -> Fs {
    let (upper_output, lower_output) = match (upper, lower) {
        (Fs::Scratch, Fs::Scratch) => return Fs::Scratch,
        (upper, Fs::Scratch) => return upper.clone(),
        (upper, Fs::Output(lower)) => (upper.clone().output(), lower.clone()),
    };
    let mut inputs = vec![lower_output];
    let lower = Some(pb::LowerDiffInput { input: 0 });
    let upper = match upper_output {
        Some(output) => {
            inputs.push(output);
            Some(pb::UpperDiffInput { input: 1 })
        }
        None => Some(pb::UpperDiffInput { input: -1 }),
    };
    let op = pb::op::Op::Diff(pb::DiffOp { lower, upper });
    let note = Note::new([caps::llb::DIFF_OP], Meta::default());
    Fs::Output(Output { vertex: Output::seal(op, None, Inputs::all(inputs), note), index: 0 })
}

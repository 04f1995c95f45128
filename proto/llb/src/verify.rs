//! The daemon's rules for a graph, checked before it is sent: all violations at once. The rules are listed in
//! [`Rule`].
//!
//! Operations of a kind that our messages do not know are let through, for they come from a graph that a newer
//! client made.

mod rule;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;

use buildkit_proto::pb;
use prost::Message as _;

use crate::digest::sha256;
use crate::encode::encode_op;
pub use rule::Rule;

/// Checks a graph. Empty: a daemon accepts it.
pub fn verify(definition: &pb::Definition) -> Vec<Violation> {
    let mut checker = Checker::default();
    checker.definition(definition);
    checker.violations
}

/// A rule that a graph breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The operation, by its place in the definition; `None`: the definition itself.
    pub operation: Option<usize>,
    /// The rule.
    pub rule: Rule,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.operation {
            Some(operation) => write!(f, "operation {operation}: {}", self.rule),
            None => self.rule.fmt(f),
        }
    }
}

/// How many outputs the operations have that came so far; `None`: nobody knows.
type Earlier = BTreeMap<String, Option<i64>>;

#[derive(Default)]
struct Checker {
    at: Option<usize>,
    violations: Vec<Violation>,
}

impl Checker {
    fn require(&mut self, holds: bool, rule: Rule) {
        if !holds {
            self.violations.push(Violation { operation: self.at, rule });
        }
    }

    fn definition(&mut self, definition: &pb::Definition) {
        self.require(definition.def.len() >= 2, Rule::TwoOperations);
        let mut earlier = Earlier::new();
        let last = definition.def.len().saturating_sub(1);
        for (index, bytes) in definition.def.iter().enumerate() {
            self.at = Some(index);
            let digest = sha256(bytes);
            self.require(definition.metadata.contains_key(&digest), Rule::Metadata);
            let op = pb::Op::decode(bytes.as_slice());
            self.require(op.is_ok(), Rule::Decodes);
            let outputs = op.ok().and_then(|op| {
                self.inputs(&op, &earlier);
                self.operation(&op, bytes, index == last);
                outputs(&op)
            });
            self.require(earlier.insert(digest, outputs).is_none(), Rule::Once);
        }
        self.at = None;
        if let Some(source) = &definition.source {
            self.places(source, &earlier);
        }
    }

    fn inputs(&mut self, op: &pb::Op, earlier: &Earlier) {
        for input in &op.inputs {
            let outputs = earlier.get(&input.digest);
            self.require(outputs.is_some(), Rule::EarlierInput);
            let outputs = outputs.copied().flatten().unwrap_or(i64::MAX);
            self.require((0..outputs).contains(&input.index), Rule::InputIndex);
        }
    }

    fn operation(&mut self, op: &pb::Op, bytes: &[u8], terminal: bool) {
        let inputs = i64::try_from(op.inputs.len()).unwrap_or(i64::MAX);
        // What we would write for it is all of it: nothing was lost in reading.
        let whole = || encode_op(op.clone()) == bytes;
        self.require(!terminal || op.op.is_none(), Rule::TerminalLast);
        match &op.op {
            None if terminal => self.require(inputs == 1, Rule::TerminalInput),
            None => self.require(!whole(), Rule::SaysSomething),
            Some(pb::op::Op::Source(source)) => {
                self.require(source.identifier.contains("://"), Rule::SourceScheme);
                self.require(inputs == 0, Rule::SourceInputs);
                // Go writes an empty value and we do not, so the daemon's digest would be another.
                let empty = source.attrs.values().any(String::is_empty);
                self.require(!empty || !whole(), Rule::SourceAttributes);
            }
            Some(pb::op::Op::Exec(exec)) => self.exec(exec, inputs),
            Some(pb::op::Op::File(file)) => self.file(file, inputs),
            Some(pb::op::Op::Merge(merge)) => {
                self.require(merge.inputs.len() >= 2, Rule::MergeInputs);
                let inside = merge.inputs.iter().all(|input| (0..inputs).contains(&input.input));
                self.require(inside, Rule::MergeInputNumbers);
            }
            Some(pb::op::Op::Diff(diff)) => {
                let sides = [diff.lower.map(|lower| lower.input), diff.upper.map(|upper| upper.input)];
                self.require(sides.iter().all(Option::is_some), Rule::DiffSides);
                let inside = sides.iter().flatten().all(|input| (-1..inputs).contains(input));
                self.require(inside, Rule::DiffInputNumbers);
            }
            Some(pb::op::Op::Build(_)) => {}
        }
    }

    fn exec(&mut self, exec: &pb::ExecOp, inputs: i64) {
        let meta = exec.meta.as_ref();
        self.require(meta.is_some_and(|meta| !meta.args.is_empty()), Rule::ExecCommand);
        self.require(meta.is_some_and(|meta| meta.cwd.starts_with('/')), Rule::ExecDirectory);
        let root = exec.mounts.iter().find(|mount| mount.dest == "/");
        self.require(root.is_some_and(is_bind), Rule::ExecRoot);
        let inside = exec.mounts.iter().all(|mount| (-1..inputs).contains(&mount.input));
        self.require(inside, Rule::ExecMountInput);
        let outputs: Vec<_> = exec.mounts.iter().filter(|mount| has_output(mount)).collect();
        let writable = outputs.iter().all(|mount| is_bind(mount) && !mount.readonly);
        self.require(writable, Rule::ExecOutputWritable);
        let ordered = outputs.iter().zip(0..).all(|(mount, number)| mount.output == number);
        self.require(ordered, Rule::ExecOutputOrder);
    }

    fn file(&mut self, file: &pb::FileOp, inputs: i64) {
        self.require(!file.actions.is_empty(), Rule::FileActions);
        let last = file.actions.len().saturating_sub(1);
        for ((index, action), results) in file.actions.iter().enumerate().zip(inputs..) {
            self.require(action.action.is_some(), Rule::FileActionKind);
            let known = -1..results;
            let inside = known.contains(&action.input) && known.contains(&action.secondary_input);
            self.require(inside, Rule::FileActionInput);
            self.require((action.output == 0) == (index == last), Rule::FileOutput);
        }
    }

    fn places(&mut self, source: &pb::Source, earlier: &Earlier) {
        let inside = |index: i32| usize::try_from(index).is_ok_and(|at| at < source.infos.len());
        for (digest, locations) in &source.locations {
            self.require(earlier.contains_key(digest), Rule::PlaceOperation);
            let inside = locations.locations.iter().all(|location| inside(location.source_index));
            self.require(inside, Rule::PlaceFile);
        }
    }
}

/// How many outputs an operation has.
fn outputs(op: &pb::Op) -> Option<i64> {
    match op.op.as_ref()? {
        pb::op::Op::Exec(exec) => {
            i64::try_from(exec.mounts.iter().filter(|mount| has_output(mount)).count()).ok()
        }
        pb::op::Op::Build(_) => None,
        _ => Some(1),
    }
}

fn is_bind(mount: &pb::Mount) -> bool {
    mount.mount_type == i32::from(pb::MountType::Bind)
}

/// Secrets and agents have the number 0, which means nothing there.
fn has_output(mount: &pb::Mount) -> bool {
    let special = [pb::MountType::Secret, pb::MountType::Ssh].map(i32::from);
    mount.output >= 0 && !special.contains(&mount.mount_type)
}

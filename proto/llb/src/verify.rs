//! The daemon's rules for a graph, checked before it is sent: all violations at once.
//!
//! - a definition has at least one operation and a terminal one, which is last and has exactly one input;
//! - every input is the digest of an operation that comes earlier, and no index is negative;
//! - every operation but the terminal one says what it is, and has metadata;
//! - an exec has a command, a working directory and a mount at `/`; its mounts name inputs that exist; outputs are
//!   numbered 0, 1, 2, … in the order of the mounts, and only writable binds have one;
//! - a file operation has actions, of which exactly the last has the output;
//! - a merge has at least two inputs, a diff both sides;
//! - places point into files that are there.

use std::collections::BTreeMap;
use std::fmt;

use buildkit_proto::pb;
use prost::Message as _;

use crate::digest::sha256;

/// A rule that a graph breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The operation, by its place in the definition.
    pub operation: Option<usize>,
    /// The rule, as a sentence.
    pub rule: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.operation {
            Some(operation) => write!(f, "operation {operation}: {}", self.rule),
            None => f.write_str(&self.rule),
        }
    }
}

/// Checks a graph. Empty: a daemon accepts it.
pub fn verify(definition: &pb::Definition) -> Vec<Violation> {
    let mut checker = Checker::default();
    checker.definition(definition);
    checker.violations
}

#[derive(Default)]
struct Checker {
    at: Option<usize>,
    violations: Vec<Violation>,
}

impl Checker {
    fn broken(&mut self, rule: impl Into<String>) {
        self.violations.push(Violation { operation: self.at, rule: rule.into() });
    }

    fn require(&mut self, holds: bool, rule: impl Into<String>) {
        if !holds {
            self.broken(rule);
        }
    }

    fn definition(&mut self, definition: &pb::Definition) {
        self.require(definition.def.len() >= 2, "a definition has an operation and a terminal one");
        let mut earlier = BTreeMap::new();
        let last = definition.def.len().saturating_sub(1);
        for (index, bytes) in definition.def.iter().enumerate() {
            self.at = Some(index);
            let digest = sha256(bytes);
            match pb::Op::decode(bytes.as_slice()) {
                Ok(op) => self.operation(&op, index == last, &earlier),
                Err(error) => self.broken(format!("not an operation: {error}")),
            }
            let metadata = definition.metadata.get(&digest);
            self.require(metadata.is_some_and(|m| !m.caps.is_empty()), "an operation has metadata with caps");
            self.require(earlier.insert(digest, index).is_none(), "an operation appears once");
        }
        self.at = None;
        if let Some(source) = &definition.source {
            for (digest, locations) in &source.locations {
                self.require(earlier.contains_key(digest), "places are those of an operation");
                let inside = |index: i32| usize::try_from(index).is_ok_and(|at| at < source.infos.len());
                self.require(
                    locations.locations.iter().all(|location| inside(location.source_index)),
                    "a place points into a file that is there",
                );
            }
        }
    }

    fn operation(&mut self, op: &pb::Op, terminal: bool, earlier: &BTreeMap<String, usize>) {
        for input in &op.inputs {
            self.require(earlier.contains_key(&input.digest), "an input is an earlier operation");
            self.require(input.index >= 0, "an input's index is not negative");
        }
        let inputs = op.inputs.len() as i64;
        match &op.op {
            None => {
                self.require(terminal, "only the terminal operation says nothing");
                self.require(inputs == 1, "the terminal operation has one input");
            }
            Some(_) if terminal => self.broken("the last operation is the terminal one"),
            Some(pb::op::Op::Exec(exec)) => self.exec(exec, inputs),
            Some(pb::op::Op::File(file)) => self.file(file, inputs),
            Some(pb::op::Op::Merge(merge)) => {
                self.require(merge.inputs.len() >= 2, "a merge has two inputs");
                let inside = merge.inputs.iter().all(|input| (0..inputs).contains(&input.input));
                self.require(inside, "a merge's inputs are inputs of the operation");
            }
            Some(pb::op::Op::Diff(diff)) => {
                self.require(diff.lower.is_some() && diff.upper.is_some(), "a diff has two sides");
            }
            Some(pb::op::Op::Source(source)) => {
                self.require(source.identifier.contains("://"), "a source has a scheme");
                self.require(inputs == 0, "a source has no inputs");
                self.require(
                    source.attrs.values().all(|value| !value.is_empty()),
                    "an empty attribute is written differently by the daemon",
                );
            }
            Some(pb::op::Op::Build(_)) => {}
        }
    }

    fn exec(&mut self, exec: &pb::ExecOp, inputs: i64) {
        match &exec.meta {
            None => self.broken("an exec has a command"),
            Some(meta) => {
                self.require(!meta.args.is_empty(), "an exec has a command");
                self.require(meta.cwd.starts_with('/'), "an exec has an absolute working directory");
            }
        }
        let bind = i32::from(pb::MountType::Bind);
        let root = exec.mounts.iter().find(|mount| mount.dest == "/");
        self.require(root.is_some_and(|root| root.mount_type == bind), "an exec has a root");
        let mut outputs = 0;
        for mount in &exec.mounts {
            self.require((-1..inputs).contains(&mount.input), "a mount's input is an input of the operation");
            let secret =
                [pb::MountType::Secret, pb::MountType::Ssh].map(i32::from).contains(&mount.mount_type);
            if mount.output >= 0 && !secret {
                self.require(mount.output == outputs, "outputs are numbered in the order of the mounts");
                let writable = mount.mount_type == bind && !mount.readonly;
                self.require(writable, "only a writable bind has an output");
                outputs += 1;
            }
        }
    }

    fn file(&mut self, file: &pb::FileOp, inputs: i64) {
        self.require(!file.actions.is_empty(), "a file operation has actions");
        let last = file.actions.len().saturating_sub(1);
        for (index, action) in file.actions.iter().enumerate() {
            self.require(action.action.is_some(), "an action says what it does");
            let results = inputs + index as i64;
            let known = -1..results;
            self.require(
                known.contains(&action.input) && known.contains(&action.secondary_input),
                "an action's input is an input of the operation or an earlier action",
            );
            self.require(
                (action.output == 0) == (index == last),
                "the last action, and no other, has the output",
            );
        }
    }
}

//! One test for each rule: a right graph is bent in one place, and breaks that rule and no other.

use buildkit_proto::pb;
use pb::op::Op as Kind;
use prost::Message as _;

use super::{Rule, verify};
use crate::encode::encode_op;
use crate::{
    Copy, Exec, File, Fs, Image, Local, Meta, Output, Platform, Secret, Sharing, SourceFile, definition,
    diff, merge, sha256,
};

fn image() -> Output {
    Image::new("docker.io/library/python:3.13", &Platform::linux("amd64")).output()
}

fn context() -> Output {
    Local::new("context").session("S").output()
}

fn exec() -> Output {
    let mut exec = Exec::new(image(), ["/bin/true"]);
    exec.read_only("/in", context());
    exec.cache("/cache", "id", Sharing::Shared);
    exec.secret("/secret", Secret::new("s"));
    exec.output_at("/out", Fs::Scratch)
}

fn file() -> Output {
    File::on(image())
        .mkdir("/a", 0o755, true, None, None)
        .copy(context(), "/", "/a", Copy::default())
        .output()
}

/// The rules that a graph breaks.
fn broken(definition: &pb::Definition) -> Vec<Rule> {
    verify(definition).into_iter().map(|violation| violation.rule).collect()
}

/// Changes the operation before the terminal one, and all that names it.
fn bend(output: &Output, change: impl FnOnce(&mut pb::Op)) -> pb::Definition {
    let right = definition(output);
    assert_eq!(broken(&right), [], "it must be right before it is bent");
    let mut op = pb::Op::decode(right.def[right.def.len() - 2].as_slice()).unwrap();
    change(&mut op);
    with_last(right, encode_op(op))
}

/// Puts other bytes in the place of the operation before the terminal one.
fn with_last(mut definition: pb::Definition, bytes: Vec<u8>) -> pb::Definition {
    let terminal = definition.def.pop().unwrap();
    let mut terminal = pb::Op::decode(terminal.as_slice()).unwrap();
    let index = definition.def.len() - 1;
    definition.def[index] = bytes;
    terminal.inputs[0].digest = sha256(&definition.def[index]);
    definition.def.push(terminal.encode_to_vec());
    for bytes in &definition.def {
        definition.metadata.entry(sha256(bytes)).or_default();
    }
    definition
}

/// The same for operations of one kind.
macro_rules! bend_kind {
    ($($name:ident = $kind:ident($message:ty);)+) => {
        $(fn $name(output: &Output, change: impl FnOnce(&mut $message)) -> pb::Definition {
            bend(output, |op| match &mut op.op {
                Some(Kind::$kind(it)) => change(it),
                _ => panic!("it is of another kind"),
            })
        })+
    };
}

bend_kind! {
    bend_source = Source(pb::SourceOp);
    bend_exec = Exec(pb::ExecOp);
    bend_file = File(pb::FileOp);
    bend_merge = Merge(pb::MergeOp);
    bend_diff = Diff(pb::DiffOp);
}

#[track_caller]
fn check(rule: Rule, wrong: &pb::Definition) {
    assert_eq!(broken(wrong), [rule]);
}

#[test]
fn every_rule_is_tested() {
    let tests = include_str!("tests.rs");
    for rule in Rule::ALL {
        assert!(tests.contains(&format!("check(Rule::{rule:?},")), "{rule:?} has no test");
    }
}

#[test]
fn a_violation_says_where_and_what() {
    let wrong = bend_exec(&exec(), |exec| exec.meta.as_mut().unwrap().args.clear());
    assert_eq!(verify(&wrong)[0].to_string(), "operation 2: an exec has a command");
    let wrong = pb::Definition::default();
    assert_eq!(verify(&wrong)[0].to_string(), "a definition has an operation and a terminal one");
}

#[test]
fn two_operations() {
    check(Rule::TwoOperations, &pb::Definition::default());
}

#[test]
fn entries_decode() {
    check(Rule::Decodes, &with_last(definition(&context()), vec![0xff]));
}

#[test]
fn operations_appear_once() {
    let mut wrong = definition(&file());
    wrong.def.insert(0, wrong.def[0].clone());
    check(Rule::Once, &wrong);
}

#[test]
fn operations_have_metadata() {
    let mut wrong = definition(&file());
    wrong.metadata.remove(&sha256(&wrong.def[1]));
    check(Rule::Metadata, &wrong);
}

#[test]
fn operations_say_something() {
    check(Rule::SaysSomething, &bend(&context(), |op| op.op = None));
}

#[test]
fn an_unknown_kind_of_operation_says_something() {
    // Field 8 of an operation, which our messages do not have.
    let newer = with_last(definition(&context()), vec![0x42, 0x00]);
    assert_eq!(broken(&newer), []);
}

#[test]
fn inputs_come_earlier() {
    let mut wrong = definition(&exec());
    wrong.def.swap(1, 2);
    check(Rule::EarlierInput, &wrong);
}

#[test]
fn inputs_are_outputs() {
    check(Rule::InputIndex, &bend(&exec(), |op| op.inputs[0].index = 1));
    check(Rule::InputIndex, &bend(&exec(), |op| op.inputs[0].index = -1));
}

#[test]
fn the_terminal_operation_is_last() {
    let mut wrong = definition(&context());
    wrong.def.pop();
    wrong.def.insert(0, definition(&image()).def[0].clone());
    wrong.metadata.insert(sha256(&wrong.def[0]), pb::OpMetadata::default());
    check(Rule::TerminalLast, &wrong);
}

#[test]
fn the_terminal_operation_has_one_input() {
    let mut wrong = definition(&context());
    let mut terminal = pb::Op::decode(wrong.def.pop().unwrap().as_slice()).unwrap();
    terminal.inputs.push(terminal.inputs[0].clone());
    wrong.def.push(terminal.encode_to_vec());
    wrong.metadata.insert(sha256(&wrong.def[1]), pb::OpMetadata::default());
    check(Rule::TerminalInput, &wrong);
}

#[test]
fn a_source_has_a_scheme() {
    check(Rule::SourceScheme, &bend_source(&context(), |source| source.identifier = "x".into()));
}

#[test]
fn a_source_has_no_inputs() {
    let source = pb::Op::decode(definition(&context()).def[0].as_slice()).unwrap().op;
    check(Rule::SourceInputs, &bend(&file(), |op| op.op = source));
}

#[test]
fn attributes_are_not_empty() {
    let empty = |source: &mut pb::SourceOp| {
        source.attrs.insert("a".into(), String::new());
    };
    check(Rule::SourceAttributes, &bend_source(&context(), empty));
}

#[test]
fn an_empty_attribute_as_go_writes_it_is_right() {
    // source { attrs { "a": "" } }, with the empty value.
    let source = b"\x0a\x09local://c\x12\x05\x0a\x01a\x12\x00";
    let mut bytes = vec![0x5a, 0x00, 0x1a, source.len() as u8];
    bytes.extend(source);
    assert_eq!(broken(&with_last(definition(&context()), bytes)), []);
}

#[test]
fn an_exec_has_a_command() {
    check(Rule::ExecCommand, &bend_exec(&exec(), |exec| exec.meta.as_mut().unwrap().args.clear()));
}

#[test]
fn an_exec_has_a_working_directory() {
    check(Rule::ExecDirectory, &bend_exec(&exec(), |exec| exec.meta.as_mut().unwrap().cwd.clear()));
}

#[test]
fn an_exec_has_a_root() {
    check(Rule::ExecRoot, &bend_exec(&exec(), |exec| exec.mounts[0].dest = "/other".into()));
}

#[test]
fn mounts_take_inputs_of_the_operation() {
    check(Rule::ExecMountInput, &bend_exec(&exec(), |exec| exec.mounts[0].input = 9));
}

#[test]
fn outputs_are_in_order() {
    check(Rule::ExecOutputOrder, &bend_exec(&exec(), |exec| exec.mounts[0].output = 1));
}

#[test]
fn only_writable_binds_have_outputs() {
    let wrong = bend_exec(&exec(), |exec| {
        let out = exec.mounts.iter_mut().find(|mount| mount.dest == "/out").unwrap();
        out.readonly = true;
    });
    check(Rule::ExecOutputWritable, &wrong);
}

#[test]
fn a_file_operation_has_actions() {
    check(Rule::FileActions, &bend_file(&file(), |file| file.actions.clear()));
}

#[test]
fn file_actions_say_what_they_do() {
    check(Rule::FileActionKind, &bend_file(&file(), |file| file.actions[0].action = None));
}

#[test]
fn file_actions_take_what_is_there() {
    // The third number is the first action's result, the fourth would be the second's own.
    check(Rule::FileActionInput, &bend_file(&file(), |file| file.actions[1].input = 3));
    check(Rule::FileActionInput, &bend_file(&file(), |file| file.actions[0].secondary_input = -2));
}

#[test]
fn the_last_file_action_has_the_output() {
    check(Rule::FileOutput, &bend_file(&file(), |file| file.actions[0].output = 0));
    check(Rule::FileOutput, &bend_file(&file(), |file| file.actions[1].output = -1));
}

#[test]
fn a_merge_has_two_inputs() {
    let merged = merge([image().into(), context().into()]).expect("two");
    check(Rule::MergeInputs, &bend_merge(&merged, |merge| merge.inputs.truncate(1)));
    check(Rule::MergeInputNumbers, &bend_merge(&merged, |merge| merge.inputs[1].input = 2));
}

#[test]
fn a_diff_has_two_sides() {
    let layer = diff(&image().into(), &file().into()).expect("two");
    check(Rule::DiffSides, &bend_diff(&layer, |diff| diff.lower = None));
    let far = |diff: &mut pb::DiffOp| diff.upper.as_mut().unwrap().input = 2;
    check(Rule::DiffInputNumbers, &bend_diff(&layer, far));
}

#[test]
fn places_are_of_operations_and_in_files() {
    let file = SourceFile::new("app.toml", "from = 1\n", "TOML");
    let named = Local::new("context").meta(Meta::named("context").at(&file, 1, 1)).output();
    let right = definition(&named);
    assert_eq!(broken(&right), []);

    let mut wrong = right.clone();
    let places = &mut wrong.source.as_mut().unwrap().locations;
    let (_, location) = places.pop_first().unwrap();
    places.insert("sha256:0".into(), location);
    check(Rule::PlaceOperation, &wrong);

    let mut wrong = right;
    wrong.source.as_mut().unwrap().infos.clear();
    check(Rule::PlaceFile, &wrong);
}

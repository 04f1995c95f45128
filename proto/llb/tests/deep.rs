//! Graphs that are deeper than a stack.

use buildkit_llb::{File, Fs, definition, dump, from_definition, merge, verify};

const DEPTH: usize = 200_000;

/// Each operation on the one before it; the test runs on the stack of a test, 2 MB.
fn chain(depth: usize) -> Fs {
    (0..depth).fold(Fs::Scratch, |fs, _| File::on(fs).rm("/x", true, false).output().into())
}

#[test]
fn a_chain_is_built_written_and_dropped() {
    let result = chain(DEPTH).expect("it has operations");
    assert_eq!(definition(&result).def.len(), DEPTH + 1);
}

#[test]
fn a_chain_is_checked_shown_and_read() {
    let written = definition(&chain(DEPTH / 4).expect("it has operations"));
    assert_eq!(verify(&written), vec![]);
    assert_eq!(dump(&written).lines().filter(|line| line.starts_with('%')).count(), DEPTH / 4);
    let read = from_definition(&written).unwrap().expect("it has operations");
    assert_eq!(definition(&read).def, written.def);
}

#[test]
fn a_part_that_is_still_held_survives_the_rest() {
    let lower = chain(DEPTH / 4);
    let upper = merge([lower.clone(), File::on(lower.clone()).rm("/y", true, false).output().into()]);
    drop(upper);
    assert_eq!(definition(&lower.expect("it has operations")).def.len(), DEPTH / 4 + 1);
}

#[test]
fn a_graph_that_branches_at_every_step_is_visited_once() {
    // Twice as many ways through it at each step: 2^64 in all.
    let diamond = |fs: Fs, step: usize| {
        let side =
            |name: &str| File::on(fs.clone()).rm(&format!("/{name}{step}"), true, false).output().into();
        merge([side("a"), side("b")])
    };
    let top = (0..64).fold(Fs::Scratch, diamond).expect("it has operations");
    let written = definition(&top);
    assert_eq!(written.def.len(), 64 * 3 + 1);
    assert_eq!(definition(&from_definition(&written).unwrap().expect("it has operations")), written);
}

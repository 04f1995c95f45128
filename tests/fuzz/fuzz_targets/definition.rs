//! Graphs that others made: checked, shown, taken into ours.
//!
//! With an odd first byte, the inputs of operations are made to name operations before them: no fuzzer guesses a
//! digest.
#![no_main]

use buildkit_llb::{Fs, definition, dump, from_definition, sha256, verify};
use buildkit_proto::pb;
use libfuzzer_sys::fuzz_target;
use prost::Message as _;

fuzz_target!(|data: &[u8]| {
    let Some((&pick, bytes)) = data.split_first() else { return };
    let Ok(mut graph) = pb::Definition::decode(bytes) else { return };
    if pick & 1 != 0 {
        connect(&mut graph);
    }
    let violations = verify(&graph);
    dump(&graph);
    if let Ok(Fs::Output(output)) = from_definition(&graph) {
        let again = definition(&output);
        dump(&again);
        let violated = verify(&again);
        assert!(!violations.is_empty() || violated.is_empty(), "it was right: {violated:?}");
        assert_eq!(from_definition(&again), Ok(Fs::Output(output)), "it is not read as it was written");
    }
});

fn connect(graph: &mut pb::Definition) {
    let mut digests: Vec<String> = vec![];
    for bytes in &mut graph.def {
        if let Ok(mut op) = pb::Op::decode(bytes.as_slice()) {
            for input in &mut op.inputs {
                let pick: usize = input.digest.bytes().map(usize::from).sum();
                if let Some(digest) = digests.get(pick % digests.len().max(1)) {
                    input.digest.clone_from(digest);
                }
            }
            *bytes = op.encode_to_vec();
        }
        let digest = sha256(bytes);
        graph.metadata.entry(digest.clone()).or_default();
        digests.push(digest);
    }
}

//! How long the frontend itself works: bytes of a description and a lock in, a graph out, nothing asked of anybody.
//!
//! `tests/bench/run` builds this for release and runs it over the locks that are given.
#![allow(clippy::disallowed_methods, reason = "a benchmark has a clock")]
#![allow(clippy::print_stdout, reason = "what it prints is what it is for")]

use std::time::Instant;

use buildkit_llb::verify;
use wheelbase::diag::Diagnostic;
use wheelbase::lock::Request;
use wheelbase::text::Files;
use wheelbase_tests::graph::{DESCRIPTION, Machine, build, read, selection};

const ROUNDS: usize = 41;

fn main() {
    for path in std::env::args().skip(1) {
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        let mut times: Vec<_> = (0..ROUNDS)
            .map(|_| {
                let start = Instant::now();
                let ops = work(&path, &text);
                (start.elapsed(), ops)
            })
            .collect();
        times.sort();
        let (median, ops) = times[ROUNDS / 2];
        let (fastest, _) = times[0];
        println!(
            "{path}: {:.2} MB, {ops} operations: median {:.2} ms, fastest {:.2} ms",
            text.len() as f64 / 1e6,
            median.as_secs_f64() * 1e3,
            fastest.as_secs_f64() * 1e3,
        );
    }
}

/// The pure part of a build; gives the number of operations.
fn work(path: &str, text: &str) -> usize {
    let (mut files, mut found, request) = (Files::default(), vec![], Request::default());
    let description = files.add("app.toml", DESCRIPTION);
    let spec = wheelbase::spec::parse(&description, &Default::default()).drain_into(&mut found);
    let file = files.add(path, text);
    let machine = Machine::debian();
    let read = read(&file, None, &request, &mut files, &mut found);
    let selection = read.and_then(|read| selection(&read, &request, &machine, &mut found));
    let graph = spec
        .zip(selection)
        .and_then(|(spec, selection)| build(&spec, "app", &selection, &machine, &files, &mut found));
    assert!(!found.iter().any(Diagnostic::is_error), "what is measured is right: {found:?}");
    let graph = graph.unwrap_or_else(|| panic!("{path} is no lock"));
    assert!(verify(&graph.definition).is_empty());
    graph.definition.def.len()
}

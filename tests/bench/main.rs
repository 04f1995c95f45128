//! How long the frontend itself works: bytes of a description and a lock in, a graph out, nothing asked of anybody.
//!
//! `tests/bench/run` builds this for release and runs it over the locks that are given.
#![allow(clippy::disallowed_methods, reason = "a benchmark has a clock")]
#![allow(clippy::print_stdout, reason = "what it prints is what it is for")]

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use buildkit_llb::{Fs, Image, Platform, definition, verify};
use wheelbase::diag::Checked;
use wheelbase::lock::{self, Others, Read, Request};
use wheelbase::lower::{Context, Runtime, Surroundings, lower};
use wheelbase::plan::{Dependencies, Indexes, Ingredients, plan};
use wheelbase::select::{Target, select};
use wheelbase::text::Files;
use wheelbase_helper::contract::Facts;

const DESCRIPTION: &str = "python = \"3.13\"\ncmd = [\"python\", \"app.py\"]\n";
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
    let facts: Facts = serde_json::from_str(include_str!("facts.json")).expect("the facts are facts");
    let mut files = Files::default();
    let description = files.add("app.toml", DESCRIPTION);
    let spec = value(wheelbase::spec::parse(&description, &BTreeMap::new()));
    let file = files.add(path, text);
    let request = Request::default();
    let Read::Locked(lock) = value(lock::read(&file, &Others::new(), &request)) else {
        panic!("{path} is no lock")
    };
    let interpreter = facts.interpreter.as_ref().expect("the base has Python");
    let target = Target::new(interpreter, facts.libc.expect("the base has a C library")).expect("CPython");
    let selection = value(select(&lock, &request, &target));
    let dependencies = Dependencies { selection, bytecode: true, ..Dependencies::default() };

    let platform = Platform::linux("amd64");
    let base = Image::new("docker.io/library/python:3.13-slim", &platform).output();
    let sources = ["python:3.13-slim", "python:3.13"].map(|name| (name.to_owned(), Fs::Output(base.clone())));
    let sources = BTreeMap::from(sources);
    let (facts, dependencies) = (at_app(facts), at_app(dependencies));
    let plan = value(plan(&Ingredients {
        spec: &spec,
        target: "app",
        platform: "linux/amd64",
        app_base: "python:3.13-slim",
        images: &BTreeMap::new(),
        facts: &facts,
        bottoms: &BTreeMap::new(),
        dependencies: &dependencies,
        no_cache: None,
        start: None,
        labels: &[],
        scripts: &BTreeSet::new(),
        cache_namespace: "",
    }));
    let context = Context::Local {
        name: "context".to_owned(),
        session: "s".to_owned(),
        ignored: vec![],
        builtin: true,
    };
    let uv = wheelbase::tools::uv_wheel(&platform).expect("uv is pinned for this platform");
    let uv = Indexes::default().download(&uv.url, &uv.filename, &uv.sha256);
    let lowered = lower(
        &plan,
        &Surroundings {
            sources: &sources,
            native_sources: &BTreeMap::new(),
            context: &context,
            own_image: &base.into(),
            uv: &uv,
            platform: platform.clone(),
            build_platform: platform,
            multi_platform: false,
            merge: true,
            files: &files,
            shown: &BTreeMap::new(),
            runtime: &Runtime::default(),
        },
    );
    let definition = definition(&lowered.fs.expect("an app is not scratch"));
    assert!(verify(&definition).is_empty());
    definition.def.len()
}

fn at_app<T>(value: T) -> BTreeMap<String, T> {
    BTreeMap::from([("app".to_owned(), value)])
}

fn value<T: std::fmt::Debug>(checked: Checked<T>) -> T {
    checked.into_result().expect("what is measured is right").0
}

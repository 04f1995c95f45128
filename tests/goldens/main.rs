//! What every example comes to, compared with `tests/golden/examples`: plan, graph, configuration, and what is said.
//!
//! The real driver works on the real folders; only the daemon is a struct, which knows a few base images and has
//! nothing but fixtures behind it. With `WHEELBASE_UPDATE=1` in the environment the files are written anew.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]
#![expect(clippy::unwrap_used, reason = "a helper of tests fails by panicking")]

mod bases;
mod daemon;
mod examples;
mod files;
mod golden;
mod steps;

use std::collections::BTreeMap;

use buildkit_llb::{Fs, Image as Source, Platform, definition, dump};
use buildkit_proto::caps;
use serde_json::Value;
use wheelbase::answer::Failure;
use wheelbase::driver::{Image, Images, images};
use wheelbase::gateway::Caps;
use wheelbase::run::{Environment, Worker, WorkerPlatform};

use daemon::Daemon;
use examples::{Example, examples};

const ARCHITECTURES: [&str; 2] = ["amd64", "arm64"];

#[tokio::test]
async fn examples_come_to_what_they_came_to() {
    let mut made = BTreeMap::new();
    for example in examples() {
        for architecture in ARCHITECTURES {
            for (file, text) in outcome(&example, architecture).await {
                made.insert(format!("{}/{architecture}/{file}", example.name), text);
            }
        }
    }
    golden::check(&made);
}

/// The golden files of an example, for one platform.
async fn outcome(example: &Example, architecture: &str) -> [(&'static str, String); 4] {
    let built = match images(Daemon::of(example), environment(example, architecture)).await {
        Ok(built) => built,
        Err(Failure::Input(errors, files)) => {
            let errors: Vec<String> = errors.iter().map(|error| error.render(&files)).collect();
            panic!("{} for {architecture}:\n{}", example.name, errors.join("\n\n"));
        }
        Err(failure) => panic!("{} for {architecture}: {failure:?}", example.name),
    };
    let [Image { built: image, plan, fs }] = built.images.as_slice() else {
        panic!("one platform is asked for")
    };
    let graph = match fs {
        Fs::Output(output) => dump(&definition(output)),
        Fs::Scratch => "scratch\n".to_owned(),
    };
    let config: Value = serde_json::from_slice(&image.config).unwrap();
    let pretty = |value: &Value| serde_json::to_string_pretty(value).unwrap() + "\n";
    [
        ("plan.json", pretty(&serde_json::to_value(plan).unwrap())),
        ("graph.txt", graph),
        ("image.json", pretty(&config)),
        ("said.txt", said(&built)),
    ]
}

fn said(built: &Images) -> String {
    built.said.iter().map(|diagnostic| diagnostic.render(&built.files) + "\n").collect::<Vec<_>>().join("\n")
}

/// What a client sends for an example, and what a daemon on amd64 that can do everything says of itself.
fn environment(example: &Example, architecture: &str) -> Environment {
    let mut options = BTreeMap::from([
        ("filename".to_owned(), example.file.clone()),
        ("platform".to_owned(), format!("linux/{architecture}")),
    ]);
    options.extend(example.target.clone().map(|target| ("target".to_owned(), target)));
    let digest = format!("{:064}", 0);
    let own = format!("docker.io/wheelbase/wheelbase:0@sha256:{digest}");
    let platform =
        WorkerPlatform { os: "linux".to_owned(), architecture: "amd64".to_owned(), variant: String::new() };
    let listed =
        |caps: &[caps::Cap]| caps.iter().filter(|cap| cap.listed).map(|cap| cap.id).collect::<Vec<_>>();
    Environment {
        options,
        session: "session".to_owned(),
        workers: vec![Worker { platforms: Some(vec![platform]), ..Worker::default() }],
        frontend: Some(definition(&Source::new(&own, &Platform::linux("amd64")).output())),
        caps: Caps::new(listed(caps::gateway::ALL), listed(caps::llb::ALL)),
        ..Environment::default()
    }
}

//! Builds and what else clients ask for, against a daemon that is a struct.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod calls;
mod check;
mod check_options;
mod images;
mod owners;
mod start;

use buildkit_llb::{Image, Platform, definition};
use wheelbase::gateway::fake::FakeGateway;
use wheelbase::run::Environment;
use wheelbase_helper::contract::FACTS_PATH;

/// The configuration of the base: an image with a bare interpreter.
const BASE: &str = r#"{"architecture":"amd64","os":"linux","config":{"Env":["PATH=/usr/local/bin:/usr/bin:/bin"],"Cmd":["python3"]}}"#;

/// A daemon that has `python:3.13-slim` and its facts, a description as `app.toml`, and files in the context.
fn daemon(description: &str, files: &[(&str, &str)]) -> FakeGateway {
    let gateway = FakeGateway::new()
        .file("local://dockerfile", "app.toml", description)
        .file(
            "[app] read the base and make the environment",
            FACTS_PATH,
            include_str!("../../../tests/bench/facts.json"),
        )
        .image("docker.io/library/python:3.13-slim", None, BASE);
    files.iter().fold(gateway, |gateway, (path, text)| gateway.file("local://context", path, text))
}

/// A frontend that is asked for linux/amd64, with these options besides.
fn environment(options: &[(&str, &str)]) -> Environment {
    let own = Image::new("docker.io/library/wheelbase:1", &Platform::linux("amd64")).output();
    let all = [&[("filename", "app.toml"), ("platform", "linux/amd64")], options].concat();
    Environment {
        options: all.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
        frontend: Some(definition(&own)),
        ..Environment::default()
    }
}

//! The engine that the tests build on: made by `tests/engine/up`, named by its file of variables.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, Output};

/// A running BuildKit with a registry beside it.
#[derive(Debug, Clone)]
pub struct Engine {
    /// The variables that `tests/engine/up` wrote: `DOCKER_HOST`, `REGISTRY`, `PATH`, ….
    variables: BTreeMap<String, String>,
}

impl Engine {
    /// The engine that `tests/run` has brought up: `WHEELBASE_ENGINE` names its file of variables.
    ///
    /// # Panics
    /// If there is none: tests that need an engine are only built when there should be one.
    pub fn main() -> Self {
        Self::named("WHEELBASE_ENGINE")
    }

    /// The engine whose file of variables an environment variable names: `WHEELBASE_ENGINE_GRAPH` is one with the
    /// classic graph driver, `WHEELBASE_ENGINE_B` a second worker with nothing on it.
    ///
    /// # Panics
    /// If the variable is not set or its file cannot be read.
    pub fn named(variable: &str) -> Self {
        let file = std::env::var(variable).unwrap_or_else(|_| panic!("{variable} is not set; use tests/run"));
        let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{file}: {error}"));
        let unquote = |value: &str| value.trim_matches(['"', '\'']).to_owned();
        let variables = text
            .lines()
            .filter_map(|line| line.trim().trim_start_matches("export ").split_once('='))
            .map(|(name, value)| (name.to_owned(), unquote(value)))
            .collect();
        Self { variables }
    }

    /// A variable of the engine.
    ///
    /// # Panics
    /// If `tests/engine/up` did not write it.
    pub fn variable(&self, name: &str) -> &str {
        self.variables.get(name).unwrap_or_else(|| panic!("the engine's file has no {name}"))
    }

    /// The frontend image that is tested: `WHEELBASE_FRONTEND`, if that is set.
    pub fn frontend(&self) -> String {
        let own = || format!("{}/wheelbase:dev", self.variable("REGISTRY"));
        std::env::var("WHEELBASE_FRONTEND").unwrap_or_else(|_| own())
    }

    /// A command with the engine's variables.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.envs(&self.variables).env("NO_COLOR", "1");
        command
    }

    /// Runs `docker` and gives its standard output.
    ///
    /// # Panics
    /// If it fails, with what it said.
    pub fn docker(&self, args: &[&str]) -> String {
        let output = self.try_docker(args);
        assert!(output.status.success(), "docker {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("docker speaks UTF-8")
    }

    /// Runs `docker`, whatever comes out.
    ///
    /// # Panics
    /// If it cannot be started.
    pub fn try_docker(&self, args: &[&str]) -> Output {
        self.command("docker").args(args).output().expect("docker can be started")
    }
}

/// The root of the repository.
pub fn repository() -> PathBuf {
    let tests = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    tests.parent().expect("the tests are in a folder of the repository").to_owned()
}

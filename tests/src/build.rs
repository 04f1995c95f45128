//! A build on a real engine, through `docker buildx build`, and the engine's own log of it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::RwLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use crate::engine::Engine;
use crate::project::Project;

/// The name that the examples give to the frontend image in their first line.
pub const SYNTAX: &str = "wheelbase/wheelbase:0";

/// What the engine says where one build unpacks its image into the store while images with the same layers are removed
/// or unpacked there: a race of its own (moby/buildkit issue 6521), after all steps and without a trace of them.
const LOST: &str = "failed to prepare extraction snapshot";

/// A build to be run.
#[derive(Debug)]
pub struct Build<'e> {
    engine: &'e Engine,
    context: PathBuf,
    args: Vec<String>,
}

/// What came out of a build.
#[derive(Debug)]
pub struct Outcome {
    /// Whether it succeeded.
    pub success: bool,
    /// What buildx printed for people at the end: errors with their excerpts.
    pub message: String,
    /// The steps, in the order in which the engine first named them.
    pub steps: Vec<Step>,
    /// The first line of each warning.
    pub warnings: Vec<String>,
    /// What steps printed, by digest.
    pub logs: BTreeMap<String, String>,
    /// What `--metadata-file` holds.
    pub metadata: serde_json::Value,
}

/// A vertex as the engine reports it.
#[derive(Debug, Clone, Default)]
pub struct Step {
    /// Digest of the op.
    pub digest: String,
    /// What people see.
    pub name: String,
    /// Whether its result was found in a cache.
    pub cached: bool,
    /// Whether it was started at all (a cached step is, formally).
    pub completed: bool,
    /// When it was first started and first done: moments that compare as text, empty while it has not come to that.
    pub moments: [String; 2],
    /// Digests of the steps that it needs.
    pub inputs: Vec<String>,
    /// Why it failed.
    pub error: String,
}

impl<'e> Build<'e> {
    /// A build of a project with its file `app.toml`.
    pub fn new(engine: &'e Engine, project: &Project) -> Self {
        Self::of(engine, project.path()).arg("--file").arg(project.file("app.toml").display().to_string())
    }

    /// A build of a folder; the file is to be given with `--file`.
    pub fn of(engine: &'e Engine, context: &Path) -> Self {
        let frontend = format!("{SYNTAX}=docker-image://{}", engine.frontend());
        let build = Self { engine, context: context.to_owned(), args: vec![] };
        build.args(["--build-context", &frontend, "--provenance=false"])
    }

    /// One more argument for buildx.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<String>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// More arguments for buildx.
    #[must_use]
    pub fn args<A: Into<String>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Runs it. A build without caches waits until it is alone: the engine joins equal steps of builds that run at
    /// the same time, so it would make others run steps that they have cached.
    ///
    /// A build that failed only because the engine removed a snapshot that it was about to unpack on is done again, and
    /// the steps are those of the first time: by then all of them were done.
    ///
    /// # Panics
    /// If buildx cannot be started.
    pub fn run(self) -> Outcome {
        static ENGINE: RwLock<()> = RwLock::new(());
        let no_cache = self.args.iter().any(|arg| arg.starts_with("--no-cache"));
        let (_alone, _together) = match no_cache {
            true => (Some(ENGINE.write().expect("no build panics here")), None),
            false => (None, Some(ENGINE.read().expect("no build panics here"))),
        };
        let mut outcome = self.once();
        if !outcome.success && outcome.message.contains(LOST) {
            let again = self.once();
            outcome.success = again.success;
            outcome.message = again.message;
            outcome.metadata = again.metadata;
        }
        outcome
    }

    fn once(&self) -> Outcome {
        let metadata = tempfile::NamedTempFile::new().expect("a temporary file can be made");
        let output = self
            .engine
            .command("docker")
            .args(["buildx", "build", "--progress=rawjson"])
            .arg(format!("--metadata-file={}", metadata.path().display()))
            .args(&self.args)
            .arg(&self.context)
            .output()
            .expect("docker can be started");
        let text = String::from_utf8_lossy(&output.stderr);
        let mut outcome = Outcome {
            success: output.status.success(),
            message: String::new(),
            steps: vec![],
            warnings: vec![],
            logs: BTreeMap::new(),
            metadata: std::fs::read(metadata.path())
                .ok()
                .and_then(|bytes| serde_json::from_slice(&bytes).ok())
                .unwrap_or_default(),
        };
        for line in text.lines() {
            match serde_json::from_str::<Status>(line) {
                Ok(status) => outcome.add(status),
                Err(_) => {
                    outcome.message.push_str(line);
                    outcome.message.push('\n');
                }
            }
        }
        outcome
    }

    /// Runs it; it must succeed.
    ///
    /// # Panics
    /// If it does not, with what buildx said.
    pub fn succeed(self) -> Outcome {
        let outcome = self.run();
        assert!(outcome.success, "the build failed:\n{}", outcome.message);
        outcome
    }

    /// Runs it; it must fail.
    ///
    /// # Panics
    /// If it does not.
    pub fn fail(self) -> Outcome {
        let outcome = self.run();
        assert!(!outcome.success, "the build should have failed");
        outcome
    }
}

impl Outcome {
    /// The steps of stages that were really run, by name. Sources are not among them: the engine reports them each
    /// time, whether it fetches them or not.
    pub fn ran(&self) -> Vec<&str> {
        let of_stage = |step: &Step| {
            let name = step.name.as_str();
            name.starts_with('[') && !name.starts_with("[internal]") && !name.starts_with("[context")
        };
        let work = |step: &&Step| step.completed && !step.cached && of_stage(step);
        self.steps.iter().filter(work).map(|step| step.name.as_str()).collect()
    }

    /// The steps whose name holds a text.
    pub fn named<'o>(&'o self, text: &'o str) -> impl Iterator<Item = &'o Step> {
        self.steps.iter().filter(move |step| step.name.contains(text))
    }

    /// The digest of the image's manifest.
    ///
    /// # Panics
    /// If nothing was exported.
    pub fn digest(&self) -> &str {
        self.metadata["containerimage.digest"].as_str().expect("an image was exported")
    }

    fn add(&mut self, status: Status) {
        for vertex in status.vertexes {
            let at = self.steps.iter().position(|step| step.digest == vertex.digest);
            let at = at.unwrap_or_else(|| {
                self.steps.push(Step::default());
                self.steps.len() - 1
            });
            let step = &mut self.steps[at];
            step.digest = vertex.digest;
            step.name = vertex.name;
            step.cached |= vertex.cached;
            step.completed |= vertex.completed.is_some();
            for (moment, reported) in step.moments.iter_mut().zip([vertex.started, vertex.completed]) {
                if moment.is_empty() {
                    // Without the zone, which is always UTC: fractions of seconds are of different lengths.
                    *moment = reported.unwrap_or_default().trim_end_matches('Z').to_owned();
                }
            }
            step.inputs = vertex.inputs;
            step.error.push_str(&vertex.error);
        }
        self.warnings.extend(status.warnings.iter().map(|warning| decode(&warning.short)));
        for log in status.logs {
            self.logs.entry(log.vertex).or_default().push_str(&decode(&log.data));
        }
    }
}

/// A line of `--progress=rawjson`: BuildKit's `SolveStatus`.
#[derive(Deserialize)]
struct Status {
    #[serde(default)]
    vertexes: Vec<Vertex>,
    #[serde(default)]
    logs: Vec<Log>,
    #[serde(default)]
    warnings: Vec<Warning>,
}

#[derive(Deserialize)]
struct Vertex {
    digest: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    inputs: Vec<String>,
    #[serde(default)]
    cached: bool,
    started: Option<String>,
    completed: Option<String>,
    #[serde(default)]
    error: String,
}

#[derive(Deserialize)]
struct Warning {
    #[serde(default)]
    short: String,
}

#[derive(Deserialize)]
struct Log {
    vertex: String,
    #[serde(default)]
    data: String,
}

/// Logs are bytes, which Go writes as base64 (RFC 4648, with padding).
fn decode(base64: &str) -> String {
    let bytes = STANDARD.decode(base64).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

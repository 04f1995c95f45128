//! The daemon as a struct: tests of the driver in microseconds.
//!
//! A Solve is known by a name: the custom name of the graph's last operation if files are set under it, else the
//! identifier of its source (`local://context`), else its custom name. [`FakeGateway::file`] puts files under such
//! a name. Every call is logged as one line, and any call can be made to fail by the beginning of its line.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use buildkit_proto::{attrs, pb};
use prost::Message as _;
use tonic::Code;

use super::{FileStat, Gateway, GatewayError, ImageRequest, RefId, ResolvedImage, SolveRequest, WarnRequest};

/// A daemon that answers from what it was given. Clones are the same daemon: what one hears, all have heard.
#[derive(Debug, Default, Clone)]
pub struct FakeGateway {
    files: BTreeMap<String, BTreeMap<String, Vec<u8>>>,
    images: BTreeMap<String, ResolvedImage>,
    inputs: BTreeMap<String, pb::Definition>,
    failures: Vec<(String, GatewayError)>,
    heard: Arc<Mutex<Heard>>,
}

#[derive(Debug, Default)]
struct Heard {
    calls: Vec<String>,
    solves: Vec<SolveRequest>,
    warnings: Vec<WarnRequest>,
}

impl FakeGateway {
    /// A daemon that knows nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts a file into the results of that name.
    #[must_use]
    pub fn file(mut self, result: &str, path: &str, data: impl AsRef<[u8]>) -> Self {
        self.files.entry(result.to_owned()).or_default().insert(path.to_owned(), data.as_ref().to_vec());
        self
    }

    /// Adds an image by its reference (`docker.io/library/python:3.13-slim`), for all platforms.
    #[must_use]
    pub fn image(mut self, reference: &str, digest: Option<&str>, config: impl AsRef<[u8]>) -> Self {
        let image = ResolvedImage {
            identifier: format!("{}{reference}", attrs::scheme::IMAGE),
            digest: digest.map(ToOwned::to_owned),
            config: config.as_ref().to_vec(),
        };
        self.images.insert(image.identifier.clone(), image);
        self
    }

    /// Adds a graph that the client gave.
    #[must_use]
    pub fn input(mut self, name: &str, definition: pb::Definition) -> Self {
        self.inputs.insert(name.to_owned(), definition);
        self
    }

    /// Makes the calls fail whose line in the log begins so.
    #[must_use]
    pub fn fail(mut self, call: &str, error: GatewayError) -> Self {
        self.failures.push((call.to_owned(), error));
        self
    }

    /// The calls until now, one line each.
    pub fn calls(&self) -> Vec<String> {
        self.heard(|heard| heard.calls.clone())
    }

    /// The graphs until now.
    pub fn solves(&self) -> Vec<SolveRequest> {
        self.heard(|heard| heard.solves.clone())
    }

    /// The warnings until now.
    pub fn warnings(&self) -> Vec<WarnRequest> {
        self.heard(|heard| heard.warnings.clone())
    }

    fn heard<T>(&self, with: impl FnOnce(&mut Heard) -> T) -> T {
        with(&mut self.heard.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Logs a call, and fails if it has to.
    fn enter(&self, call: String) -> Result<(), GatewayError> {
        let failure = self.failures.iter().find(|(begin, _)| call.starts_with(begin.as_str()));
        let failure = failure.map(|(_, error)| error.clone());
        self.heard(|heard| heard.calls.push(call));
        failure.map_or(Ok(()), Err)
    }

    /// What a graph is known by here.
    fn name(&self, definition: &pb::Definition) -> String {
        let ops: Vec<pb::Op> =
            definition.def.iter().filter_map(|op| pb::Op::decode(op.as_slice()).ok()).collect();
        let Some(digest) = ops.last().and_then(|last| Some(last.inputs.first()?.digest.clone())) else {
            return String::new();
        };
        let custom = definition
            .metadata
            .get(&digest)
            .and_then(|metadata| metadata.description.get(attrs::description::CUSTOM_NAME))
            .cloned();
        let source = definition.def.iter().zip(&ops).find_map(|(bytes, op)| match &op.op {
            Some(pb::op::Op::Source(source)) if buildkit_llb::sha256(bytes) == digest => {
                Some(source.identifier.clone())
            }
            _ => None,
        });
        let custom_with_files = custom.clone().filter(|name| self.files.contains_key(name));
        custom_with_files.or(source).or(custom).unwrap_or(digest)
    }
}

impl Gateway for FakeGateway {
    async fn solve(&self, request: SolveRequest) -> Result<RefId, GatewayError> {
        let name = self.name(&request.definition);
        self.heard(|heard| heard.solves.push(request));
        self.enter(format!("solve {name}"))?;
        Ok(RefId(name))
    }

    async fn read_file(&self, at: &RefId, path: &str) -> Result<Option<Vec<u8>>, GatewayError> {
        self.enter(format!("read_file {} {path}", at.0))?;
        Ok(self.files.get(&at.0).and_then(|files| files.get(path)).cloned())
    }

    async fn read_start(
        &self,
        at: &RefId,
        path: &str,
        length: usize,
    ) -> Result<Option<Vec<u8>>, GatewayError> {
        let whole = self.read_file(at, path).await?;
        Ok(whole.map(|data| data[..data.len().min(length)].to_vec()))
    }

    async fn read_dir(&self, at: &RefId, path: &str) -> Result<Option<Vec<FileStat>>, GatewayError> {
        self.enter(format!("read_dir {} {path}", at.0))?;
        let prefix = match path.trim_matches(['/', '.']) {
            "" => String::new(),
            path => format!("{path}/"),
        };
        let files = self.files.get(&at.0).into_iter().flatten();
        let mut entries: Vec<FileStat> = vec![];
        for (path, data) in files.filter_map(|(path, data)| Some((path.strip_prefix(&prefix)?, data))) {
            let (name, mode, size) = match path.split_once('/') {
                Some((directory, _)) => (directory, 0o755 | 1 << 31, 0),
                None => (path, 0o644, data.len() as i64),
            };
            if entries.last().is_none_or(|last| last.path != name) {
                entries.push(FileStat { path: name.to_owned(), mode, size });
            }
        }
        Ok(Some(entries).filter(|entries| prefix.is_empty() || !entries.is_empty()))
    }

    async fn resolve_image(&self, request: ImageRequest) -> Result<ResolvedImage, GatewayError> {
        let platform = format!("{}/{}", request.platform.os, request.platform.architecture);
        self.enter(format!("resolve_image {} {platform} {}", request.identifier, request.resolve_mode))?;
        let missing = || GatewayError::new(Code::NotFound, format!("{}: not found", request.identifier));
        self.images.get(&request.identifier).cloned().ok_or_else(missing)
    }

    async fn inputs(&self) -> Result<BTreeMap<String, pb::Definition>, GatewayError> {
        self.enter("inputs".into())?;
        Ok(self.inputs.clone())
    }

    async fn warn(&self, warning: WarnRequest) -> Result<(), GatewayError> {
        let line = format!("warn {}", warning.short);
        self.heard(|heard| heard.warnings.push(warning));
        self.enter(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use buildkit_llb::{File, Local, Meta, definition};

    #[tokio::test]
    async fn results_are_known_by_source_or_name() {
        let local = Local::new("context").output();
        let facts =
            File::on(local.clone()).mkdir("/a", 0o755, false, None, None).meta(Meta::named("facts")).output();
        let gateway = FakeGateway::new()
            .file("local://context", "app.toml", "a = 1")
            .file("local://context", "src/a.py", "")
            .file("facts", "facts.json", "{}")
            .fail("read_file facts", GatewayError::new(Code::Unknown, "boom"));
        let solve =
            |output| gateway.solve(SolveRequest { definition: definition(&output), ..Default::default() });
        let (local, facts) = (solve(local).await.unwrap(), solve(facts).await.unwrap());
        assert_eq!(gateway.read_file(&local, "app.toml").await.unwrap(), Some(b"a = 1".to_vec()));
        assert_eq!(gateway.read_file(&local, "none").await.unwrap(), None);
        assert_eq!(gateway.read_file(&facts, "facts.json").await.unwrap_err().message(), "boom");
        let names: Vec<String> = gateway
            .read_dir(&local, ".")
            .await
            .unwrap()
            .unwrap()
            .into_iter()
            .map(|entry| entry.path)
            .collect();
        assert_eq!(names, ["app.toml", "src"]);
        assert_eq!(gateway.read_dir(&local, "none").await.unwrap(), None);
        assert_eq!(gateway.calls()[..2], ["solve local://context", "solve facts"]);
    }
}

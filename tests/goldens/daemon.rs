//! A daemon that runs nothing: it sends an example's files, knows base images, and has fixtures for what the helper
//! would make of a graph. It looks at the operations that it is handed, not at their names.

use std::collections::BTreeMap;
use std::sync::Mutex;

use buildkit_llb::sha256;
use buildkit_proto::pb::{self, op::Op};
use prost::Message as _;
use tonic::Code;
use wheelbase::gateway::{
    FileStat, Gateway, GatewayError, ImageRequest, RefId, ResolvedImage, SolveRequest, WarnRequest,
};
use wheelbase_helper::contract::{FACTS_PATH, FactsRequest, PYLOCK_PATH};
use wheelbase_tests::engine::repository;

use crate::bases::{Base, bases};
use crate::examples::{Example, name};
use crate::files::{Files, files, sent};

/// The daemon for one example.
pub(crate) struct Daemon {
    /// The name of the example's folder.
    example: String,
    /// The files in it.
    folder: Files,
    /// Base images by architecture and identifier.
    bases: BTreeMap<(String, String), Base>,
    /// What was solved; a [`RefId`] is the index.
    results: Mutex<Vec<Files>>,
}

impl Daemon {
    pub(crate) fn of(example: &Example) -> Self {
        Self {
            example: name(&example.folder).to_owned(),
            folder: files(&example.folder),
            bases: bases(),
            results: Mutex::default(),
        }
    }

    /// The same with another text in a file of the folder.
    pub(crate) fn file(mut self, path: &str, text: String) -> Self {
        self.folder.insert(path.to_owned(), text.into_bytes());
        self
    }

    /// The same with a variable in the configuration of every base.
    pub(crate) fn variable(mut self, variable: &str) -> Self {
        for base in self.bases.values_mut() {
            base.config["config"]["Env"].as_array_mut().unwrap().push(variable.into());
        }
        self
    }

    /// The files that may be read of a result: of anything else than sources and the helper's answers, none.
    fn result(&self, graph: &Graph) -> Files {
        let op = graph.last();
        match op.op.as_ref().unwrap() {
            Op::Source(source) if source.identifier.starts_with("local://") => sent(&self.folder, source),
            Op::Exec(exec) => match exec.meta.as_ref().unwrap().args.as_slice() {
                [_, command, request] if command == "facts" => {
                    let request: FactsRequest = serde_json::from_str(request).unwrap();
                    let facts = self.facts(graph.base(op, exec, &request.base));
                    Files::from([(FACTS_PATH.to_owned(), facts)])
                }
                [_, command, _] if command == "resolve" => {
                    Files::from([(PYLOCK_PATH.to_owned(), self.resolution())])
                }
                _ => Files::new(),
            },
            _ => Files::new(),
        }
    }

    /// What the helper reads of the image that a source brings.
    fn facts(&self, source: &pb::Op) -> Vec<u8> {
        let Some(Op::Source(image)) = &source.op else { panic!("a base is an image") };
        let (identifier, _) = image.identifier.split_once('@').unwrap();
        let architecture = source.platform.as_ref().unwrap().architecture.clone();
        let base = &self.bases[&(architecture, identifier.to_owned())];
        let facts = base.facts.as_ref().unwrap_or_else(|| panic!("no facts are known of {identifier}"));
        facts.to_string().into_bytes()
    }

    /// What uv resolves: an example has at most one resolution.
    fn resolution(&self) -> Vec<u8> {
        let path = repository().join(format!("tests/golden/resolutions/{}.toml", self.example));
        std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    fn read<T>(&self, at: &RefId, with: impl FnOnce(&Files) -> T) -> T {
        with(&self.results.lock().unwrap()[at.0.parse::<usize>().unwrap()])
    }
}

impl Gateway for Daemon {
    async fn solve(&self, request: SolveRequest) -> Result<RefId, GatewayError> {
        let result = self.result(&Graph::of(&request.definition));
        let mut results = self.results.lock().unwrap();
        results.push(result);
        Ok(RefId((results.len() - 1).to_string()))
    }

    async fn read_file(&self, at: &RefId, path: &str) -> Result<Option<Vec<u8>>, GatewayError> {
        Ok(self.read(at, |files| files.get(path).cloned()))
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
        let prefix = if path == "." { String::new() } else { format!("{path}/") };
        let entries: BTreeMap<String, FileStat> = self.read(at, |files| {
            let below = files.iter().filter_map(|(path, data)| Some((path.strip_prefix(&prefix)?, data)));
            below
                .map(|(path, data)| match path.split_once('/') {
                    Some((name, _)) => (name, 1 << 31 | 0o755, 0),
                    None => (path, 0o644, i64::try_from(data.len()).unwrap()),
                })
                .map(|(name, mode, size)| (name.to_owned(), FileStat { path: name.to_owned(), mode, size }))
                .collect()
        });
        Ok((path == "." || !entries.is_empty()).then(|| entries.into_values().collect()))
    }

    async fn resolve_image(&self, request: ImageRequest) -> Result<ResolvedImage, GatewayError> {
        let key = (request.platform.architecture, request.identifier.clone());
        let Some(base) = self.bases.get(&key) else {
            return Err(GatewayError::new(Code::NotFound, format!("{}: not found", request.identifier)));
        };
        let config = base.config.to_string().into_bytes();
        Ok(ResolvedImage { identifier: request.identifier, digest: Some(base.digest.clone()), config })
    }

    async fn inputs(&self) -> Result<BTreeMap<String, pb::Definition>, GatewayError> {
        Ok(BTreeMap::new())
    }

    async fn warn(&self, _: WarnRequest) -> Result<(), GatewayError> {
        Ok(())
    }
}

/// A graph, decoded.
struct Graph {
    ops: BTreeMap<String, pb::Op>,
    last: String,
}

impl Graph {
    fn of(definition: &pb::Definition) -> Self {
        let decoded = |bytes: &Vec<u8>| (sha256(bytes), pb::Op::decode(bytes.as_slice()).unwrap());
        let ops: BTreeMap<String, pb::Op> = definition.def.iter().map(decoded).collect();
        let result = pb::Op::decode(definition.def.last().unwrap().as_slice()).unwrap();
        Self { ops, last: result.inputs[0].digest.clone() }
    }

    /// The operation whose output is the result.
    fn last(&self) -> &pb::Op {
        &self.ops[&self.last]
    }

    /// The source at the bottom of what is mounted at a path.
    fn base(&self, op: &pb::Op, exec: &pb::ExecOp, path: &str) -> &pb::Op {
        let mount = exec.mounts.iter().find(|mount| mount.dest == path).unwrap();
        let mut at = &op.inputs[usize::try_from(mount.input).unwrap()];
        loop {
            let below = &self.ops[&at.digest];
            // What comes out of a command lay where it was written.
            let written = match &below.op {
                Some(Op::Exec(exec)) => exec.mounts.iter().find(|mount| mount.output == at.index),
                _ => None,
            };
            let input = written.map_or(0, |mount| usize::try_from(mount.input).unwrap());
            match below.inputs.get(input) {
                Some(input) => at = input,
                None => return below,
            }
        }
    }
}

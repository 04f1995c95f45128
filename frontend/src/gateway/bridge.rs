//! A daemon in memory that speaks real gRPC: what [`super::stdio`] and the binary itself are tested against.
//!
//! It answers from a [`Script`] and keeps a [`Record`] of what it was asked. It runs no graph: every result holds
//! the same files. Its limits are those of BuildKit.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use buildkit_proto::frontend::llb_bridge_server::{LlbBridge, LlbBridgeServer};
use buildkit_proto::frontend::{self as wire, result};
use buildkit_proto::{apicaps, caps, errors, fsutil, pb, rpc};
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadHalf, WriteHalf};
use tokio::sync::Notify;
use tonic::codegen::tokio_stream::{self, StreamExt as _};
use tonic::{Request, Response, Status};

/// What BuildKit sends and takes at most.
const LARGEST_MESSAGE: usize = 16 << 20;

/// What the daemon answers.
#[derive(Debug, Clone)]
pub struct Script {
    /// Gateway capabilities that are enabled.
    pub gateway_caps: BTreeSet<&'static str>,
    /// Graph capabilities that are enabled.
    pub llb_caps: BTreeSet<&'static str>,
    /// The files of every result, by path.
    pub files: BTreeMap<String, Vec<u8>>,
    /// Images by reference (`docker.io/library/python:3.13-slim`).
    pub images: BTreeMap<String, Image>,
    /// The graphs that the client gave.
    pub inputs: BTreeMap<String, pb::Definition>,
    /// Calls (`read_file`, `solve`, …) that fail, and how.
    pub failures: BTreeMap<&'static str, rpc::Status>,
    /// Calls that end the connection instead of being answered.
    pub hang_up: BTreeSet<&'static str>,
}

/// What the daemon knows of an image.
#[derive(Debug, Clone, Default)]
pub struct Image {
    /// Empty for an image of a classic graph driver.
    pub digest: String,
    /// Its configuration, JSON; `None`: a policy made something else of it.
    pub config: Option<Vec<u8>>,
    /// What a policy made of its identifier.
    pub rewritten: Option<String>,
}

impl Default for Script {
    /// A current daemon without any files or images.
    fn default() -> Self {
        let all = |rows: &[caps::Cap]| rows.iter().filter(|cap| cap.listed).map(|cap| cap.id).collect();
        Self {
            gateway_caps: all(caps::gateway::ALL),
            llb_caps: all(caps::llb::ALL),
            files: BTreeMap::new(),
            images: BTreeMap::new(),
            inputs: BTreeMap::new(),
            failures: BTreeMap::new(),
            hang_up: BTreeSet::new(),
        }
    }
}

/// What the daemon was asked, in order.
#[derive(Debug, Clone, Default)]
pub struct Record {
    /// The calls by name.
    pub calls: Vec<&'static str>,
    /// Every Solve.
    pub solves: Vec<wire::SolveRequest>,
    /// Every piece of a file that was asked for.
    pub reads: Vec<wire::ReadFileRequest>,
    /// Every question about an image, in the current form.
    pub images: Vec<wire::ResolveSourceMetaRequest>,
    /// Every question about an image, in the form of old daemons.
    pub old_images: Vec<wire::ResolveImageConfigRequest>,
    /// Every warning.
    pub warnings: Vec<wire::WarnRequest>,
    /// Every answer of the frontend; a real daemon refuses a second one, as this one does.
    pub returns: Vec<wire::ReturnRequest>,
}

/// The daemon. Clones are the same daemon.
#[derive(Debug, Clone, Default)]
pub struct FakeBridge {
    script: Arc<Script>,
    record: Arc<Mutex<Record>>,
    hung_up: Arc<Notify>,
}

impl FakeBridge {
    /// A daemon that follows a script.
    pub fn new(script: Script) -> Self {
        Self { script: Arc::new(script), ..Self::default() }
    }

    /// Serves over a pipe in memory and gives the frontend's ends: what it reads, and what it writes. Must be
    /// called inside a tokio runtime.
    pub fn connect(&self) -> (ReadHalf<DuplexStream>, WriteHalf<DuplexStream>) {
        let (ours, theirs) = tokio::io::duplex(64 << 10);
        let (reader, writer) = tokio::io::split(ours);
        tokio::spawn(self.clone().serve(reader, writer));
        tokio::io::split(theirs)
    }

    /// Serves one frontend over its pipes until it or the script ends the connection.
    pub async fn serve<R, W>(self, reader: R, writer: W)
    where
        R: AsyncRead + Send + Unpin + 'static,
        W: AsyncWrite + Send + Unpin + 'static,
    {
        // The server keeps its connections in tasks of their own. A pipe in between is what can be cut.
        let (mut near, far) = tokio::io::duplex(64 << 10);
        let service = LlbBridgeServer::new(self.clone())
            .max_encoding_message_size(LARGEST_MESSAGE)
            .max_decoding_message_size(LARGEST_MESSAGE);
        let once = tokio_stream::once(Ok::<_, std::io::Error>(far)).chain(tokio_stream::pending());
        let server = tonic::transport::Server::builder().add_service(service).serve_with_incoming(once);
        let mut pipe = tokio::io::join(reader, writer);
        tokio::select! {
            _ = server => {}
            _ = tokio::io::copy_bidirectional(&mut pipe, &mut near) => {}
            () = self.hung_up.notified() => {}
        }
    }

    /// Ends the connection, as a daemon does when the user presses Ctrl-C.
    pub fn hang_up(&self) {
        self.hung_up.notify_one();
    }

    /// What it was asked until now.
    pub fn record(&self) -> Record {
        self.record.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Notes a call, and does what the script says about all calls of that name.
    async fn enter(&self, call: &'static str, note: impl FnOnce(&mut Record)) -> Result<(), Status> {
        {
            let mut record = self.record.lock().unwrap_or_else(PoisonError::into_inner);
            record.calls.push(call);
            note(&mut record);
        }
        if self.script.hang_up.contains(call) {
            self.hang_up();
            std::future::pending::<()>().await;
        }
        match self.script.failures.get(call) {
            Some(status) => Err(errors::to_grpc(status)),
            None => Ok(()),
        }
    }

    fn image(&self, reference: &str) -> Result<&Image, Status> {
        self.script.images.get(reference).ok_or_else(|| Status::not_found(format!("{reference}: not found")))
    }
}

/// A file as BuildKit words it.
fn missing(path: &str) -> Status {
    Status::unknown(format!("open {path}: no such file or directory"))
}

fn listed(ids: &BTreeSet<&'static str>) -> Vec<apicaps::ApiCap> {
    ids.iter().map(|id| apicaps::ApiCap { id: (*id).into(), enabled: true, ..Default::default() }).collect()
}

#[tonic::async_trait]
impl LlbBridge for FakeBridge {
    async fn ping(&self, _: Request<wire::PingRequest>) -> Result<Response<wire::PongResponse>, Status> {
        self.enter("ping", |_| {}).await?;
        Ok(Response::new(wire::PongResponse {
            frontend_api_caps: listed(&self.script.gateway_caps),
            llb_caps: listed(&self.script.llb_caps),
            workers: vec![],
        }))
    }

    async fn solve(
        &self,
        request: Request<wire::SolveRequest>,
    ) -> Result<Response<wire::SolveResponse>, Status> {
        let request = request.into_inner();
        self.enter("solve", |record| record.solves.push(request.clone())).await?;
        let id = format!("ref-{}", self.record().solves.len());
        let reference = wire::Ref { id, def: request.definition };
        let result = wire::Result { result: Some(result::Result::Ref(reference)), ..Default::default() };
        Ok(Response::new(wire::SolveResponse { result: Some(result), ..Default::default() }))
    }

    async fn read_file(
        &self,
        request: Request<wire::ReadFileRequest>,
    ) -> Result<Response<wire::ReadFileResponse>, Status> {
        let request = request.into_inner();
        self.enter("read_file", |record| record.reads.push(request.clone())).await?;
        let file = self.script.files.get(&request.file_path).ok_or_else(|| missing(&request.file_path))?;
        let range = request.range.map_or(0..file.len(), |range| {
            let end = (range.offset + range.length) as usize;
            (range.offset as usize).min(file.len())..end.min(file.len())
        });
        Ok(Response::new(wire::ReadFileResponse { data: file[range].to_vec() }))
    }

    async fn read_dir(
        &self,
        request: Request<wire::ReadDirRequest>,
    ) -> Result<Response<wire::ReadDirResponse>, Status> {
        let request = request.into_inner();
        self.enter("read_dir", |_| {}).await?;
        let prefix = match request.dir_path.trim_matches(['/', '.']) {
            "" => String::new(),
            path => format!("{path}/"),
        };
        let below =
            self.script.files.iter().filter_map(|(path, data)| Some((path.strip_prefix(&prefix)?, data)));
        let entries: Vec<fsutil::Stat> = below
            .filter(|(name, _)| !name.contains('/'))
            .map(|(name, data)| fsutil::Stat {
                path: name.to_owned(),
                mode: 0o644,
                size: data.len() as i64,
                ..Default::default()
            })
            .collect();
        match entries.is_empty() && !prefix.is_empty() {
            true => Err(missing(&request.dir_path)),
            false => Ok(Response::new(wire::ReadDirResponse { entries })),
        }
    }

    async fn stat_file(
        &self,
        _: Request<wire::StatFileRequest>,
    ) -> Result<Response<wire::StatFileResponse>, Status> {
        self.enter("stat_file", |_| {}).await?;
        Ok(Response::new(wire::StatFileResponse::default()))
    }

    async fn evaluate(
        &self,
        _: Request<wire::EvaluateRequest>,
    ) -> Result<Response<wire::EvaluateResponse>, Status> {
        self.enter("evaluate", |_| {}).await?;
        Ok(Response::new(wire::EvaluateResponse {}))
    }

    async fn resolve_source_meta(
        &self,
        request: Request<wire::ResolveSourceMetaRequest>,
    ) -> Result<Response<wire::ResolveSourceMetaResponse>, Status> {
        let request = request.into_inner();
        self.enter("resolve_source_meta", |record| record.images.push(request.clone())).await?;
        let mut source = request.source.unwrap_or_default();
        let reference = source.identifier.split_once("://").map_or("", |(_, reference)| reference);
        let image = self.image(reference)?.clone();
        source.identifier = image.rewritten.unwrap_or(source.identifier);
        let digest = image.digest;
        let image = image.config.map(|config| wire::ResolveSourceImageResponse {
            digest,
            config,
            ..Default::default()
        });
        Ok(Response::new(wire::ResolveSourceMetaResponse {
            source: Some(source),
            image,
            ..Default::default()
        }))
    }

    async fn resolve_image_config(
        &self,
        request: Request<wire::ResolveImageConfigRequest>,
    ) -> Result<Response<wire::ResolveImageConfigResponse>, Status> {
        let request = request.into_inner();
        self.enter("resolve_image_config", |record| record.old_images.push(request.clone())).await?;
        let image = self.image(&request.r#ref)?.clone();
        Ok(Response::new(wire::ResolveImageConfigResponse {
            digest: image.digest,
            config: image.config.unwrap_or_default(),
            r#ref: String::new(),
        }))
    }

    async fn inputs(
        &self,
        _: Request<wire::InputsRequest>,
    ) -> Result<Response<wire::InputsResponse>, Status> {
        self.enter("inputs", |_| {}).await?;
        let definitions = self.script.inputs.clone().into_iter().collect();
        Ok(Response::new(wire::InputsResponse { definitions }))
    }

    async fn warn(
        &self,
        request: Request<wire::WarnRequest>,
    ) -> Result<Response<wire::WarnResponse>, Status> {
        self.enter("warn", |record| record.warnings.push(request.into_inner())).await?;
        Ok(Response::new(wire::WarnResponse {}))
    }

    async fn r#return(
        &self,
        request: Request<wire::ReturnRequest>,
    ) -> Result<Response<wire::ReturnResponse>, Status> {
        let request = request.into_inner();
        let legal = request.result.is_some() != request.error.as_ref().is_some_and(|error| error.code != 0);
        self.enter("return", |record| record.returns.push(request)).await?;
        match legal && self.record().returns.len() == 1 {
            true => Ok(Response::new(wire::ReturnResponse {})),
            false => Err(Status::unknown("must be either result or err, once")),
        }
    }

    async fn new_container(
        &self,
        _: Request<wire::NewContainerRequest>,
    ) -> Result<Response<wire::NewContainerResponse>, Status> {
        Err(unwanted())
    }

    async fn release_container(
        &self,
        _: Request<wire::ReleaseContainerRequest>,
    ) -> Result<Response<wire::ReleaseContainerResponse>, Status> {
        Err(unwanted())
    }

    type ExecProcessStream = tokio_stream::Pending<Result<wire::ExecMessage, Status>>;

    async fn exec_process(
        &self,
        _: Request<tonic::Streaming<wire::ExecMessage>>,
    ) -> Result<Response<Self::ExecProcessStream>, Status> {
        Err(unwanted())
    }

    async fn read_file_container(
        &self,
        _: Request<wire::ReadFileRequest>,
    ) -> Result<Response<wire::ReadFileResponse>, Status> {
        Err(unwanted())
    }

    async fn read_dir_container(
        &self,
        _: Request<wire::ReadDirRequest>,
    ) -> Result<Response<wire::ReadDirResponse>, Status> {
        Err(unwanted())
    }

    async fn stat_file_container(
        &self,
        _: Request<wire::StatFileRequest>,
    ) -> Result<Response<wire::StatFileResponse>, Status> {
        Err(unwanted())
    }
}

/// Containers of the frontend's own are not cached, so a build has no use for them.
fn unwanted() -> Status {
    Status::unimplemented("no containers here")
}

//! The real daemon: gRPC over a pair of pipes, which are the process's own stdin and stdout.
//!
//! The frontend is the HTTP/2 client although the daemon started it: it writes the first byte. Nothing else may
//! ever be written to stdout. This file translates between the trait and BuildKit's messages and decides nothing
//! about builds.

use std::collections::BTreeMap;

use buildkit_proto::caps::gateway as names;
use buildkit_proto::frontend::llb_bridge_client::LlbBridgeClient;
use buildkit_proto::frontend::{self as wire, result};
use buildkit_proto::{attrs, fsutil, pb, rpc};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tonic::Code;
use tonic::transport::{Channel, Endpoint};

use super::paging::{PAGE, Pages};
pub use super::pipe::Closed;
use super::{
    Caps, FileStat, Gateway, GatewayError, ImageRequest, RefId, ResolvedImage, SolveRequest, WarnRequest,
    pipe,
};

/// The daemon sends and takes messages up to this size; tonic alone would stop at 4 MiB.
const LARGEST_MESSAGE: usize = 16 << 20;

/// Error details travel in a trailer, and they hold the user's file. At hyper's own limit (16 KiB) they would be
/// dropped, and at four times that the connection with them.
const LARGEST_HEADERS: u32 = 16 << 20;

/// A connection: three things with three owners.
#[derive(Debug)]
pub struct Connection {
    /// For the build.
    pub client: Client,
    /// For the one answer.
    pub reply: Reply,
    /// For noticing that nobody waits for an answer any more.
    pub closed: Closed,
}

/// Connects over two pipes. No call is made yet.
///
/// # Errors
/// When the HTTP/2 handshake cannot be written.
pub async fn connect<R, W>(reader: R, writer: W) -> Result<Connection, GatewayError>
where
    R: AsyncRead + Send + Unpin + 'static,
    W: AsyncWrite + Send + Unpin + 'static,
{
    let (pipe, closed) = pipe::watched(reader, writer);
    let mut once = Some(TokioIo::new(pipe));
    let connector = tower::service_fn(move |_| {
        let pipe = once.take().ok_or_else(|| std::io::Error::other("the connection to BuildKit is closed"));
        std::future::ready(pipe)
    });
    let channel = Endpoint::from_static("http://localhost")
        .http2_max_header_list_size(LARGEST_HEADERS)
        .connect_with_connector(connector)
        .await
        .map_err(|error| GatewayError::new(Code::Unavailable, format!("connect to BuildKit: {error}")))?;
    let bridge = LlbBridgeClient::new(channel).max_decoding_message_size(LARGEST_MESSAGE);
    Ok(Connection {
        client: Client { bridge: bridge.clone(), caps: Caps::default() },
        reply: Reply { bridge },
        closed,
    })
}

/// The right to answer, once.
#[derive(Debug)]
pub struct Reply {
    bridge: LlbBridgeClient<Channel>,
}

impl Reply {
    /// Sends the one answer of this process: a result, or an error whose code is not 0.
    ///
    /// # Errors
    /// When the daemon does not take it. There is no second attempt: it would be refused.
    pub async fn send(mut self, answer: Result<wire::Result, rpc::Status>) -> Result<(), GatewayError> {
        let request = match answer {
            Ok(result) => wire::ReturnRequest { result: Some(result), error: None },
            Err(error) => wire::ReturnRequest { result: None, error: Some(error) },
        };
        self.bridge.r#return(request).await?;
        Ok(())
    }
}

/// The daemon as a [`Gateway`]. Cheap to clone; all clones share one connection.
#[derive(Debug, Clone)]
pub struct Client {
    bridge: LlbBridgeClient<Channel>,
    caps: Caps,
}

impl Client {
    /// Asks what the daemon can do, and remembers it for the calls that have an older form.
    ///
    /// # Errors
    /// When the daemon does not answer.
    pub async fn ping(&mut self) -> Result<Caps, GatewayError> {
        let pong = self.bridge.ping(wire::PingRequest {}).await?.into_inner();
        self.caps = Caps::from_ping(&pong.frontend_api_caps, &pong.llb_caps);
        Ok(self.caps.clone())
    }

    /// A handle of its own for one call: the generated client wants `&mut`.
    fn bridge(&self) -> LlbBridgeClient<Channel> {
        self.bridge.clone()
    }

    /// Waits until everything behind a reference has been run. Daemons older than `Evaluate` do so for a `stat`.
    async fn evaluate(&self, at: &RefId) -> Result<(), GatewayError> {
        let r#ref = at.0.clone();
        match self.caps.gateway(names::EVALUATE) {
            true => drop(self.bridge().evaluate(wire::EvaluateRequest { r#ref }).await?),
            false => {
                let request = wire::StatFileRequest { r#ref, path: ".".into(), ..Default::default() };
                self.bridge().stat_file(request).await?;
            }
        }
        Ok(())
    }

    /// At most `length` bytes from `offset`; `None` if there is no such file.
    async fn read_piece(
        &self,
        at: &RefId,
        path: &str,
        offset: i64,
        length: usize,
    ) -> Result<Option<Vec<u8>>, GatewayError> {
        if at.is_scratch() {
            return Ok(None);
        }
        let length = i64::try_from(length).expect("at most a page");
        let request = wire::ReadFileRequest {
            r#ref: at.0.clone(),
            file_path: path.to_owned(),
            range: Some(wire::FileRange { offset, length }),
            ..Default::default()
        };
        let answer = if_present(self.bridge().read_file(request).await)?;
        Ok(answer.map(|answer| answer.data))
    }

    async fn resolve_source(&self, request: &ImageRequest) -> Result<ResolvedImage, GatewayError> {
        let source =
            pb::SourceOp { identifier: request.identifier.clone(), attrs: request.attributes.clone() };
        let answer = self
            .bridge()
            .resolve_source_meta(wire::ResolveSourceMetaRequest {
                source: Some(source),
                platform: Some(request.platform.clone()),
                log_name: request.log_name.clone(),
                resolve_mode: request.resolve_mode.clone(),
                ..Default::default()
            })
            .await?
            .into_inner();
        let identifier = answer.source.map_or_else(|| request.identifier.clone(), |source| source.identifier);
        let Some(image) = answer.image else {
            let message =
                format!("{} was replaced by {identifier}, which is not an image", request.identifier);
            return Err(GatewayError::new(Code::Unknown, message));
        };
        Ok(ResolvedImage { identifier, digest: some(image.digest), config: image.config })
    }

    /// Before BuildKit 0.13 there was a call for images alone, which wants the reference without its scheme.
    async fn resolve_config(&self, request: &ImageRequest) -> Result<ResolvedImage, GatewayError> {
        let (scheme, reference) =
            request.identifier.split_once("://").unwrap_or(("docker-image", &request.identifier));
        let attribute = |name: &str| request.attributes.get(name).cloned().unwrap_or_default();
        let answer = self
            .bridge()
            .resolve_image_config(wire::ResolveImageConfigRequest {
                r#ref: reference.to_owned(),
                platform: Some(request.platform.clone()),
                resolve_mode: request.resolve_mode.clone(),
                log_name: request.log_name.clone(),
                resolver_type: i32::from(scheme == "oci-layout"),
                session_id: attribute(attrs::oci::SESSION),
                store_id: attribute(attrs::oci::STORE),
                ..Default::default()
            })
            .await?
            .into_inner();
        let reference = some(answer.r#ref).unwrap_or_else(|| reference.to_owned());
        let identifier = format!("{scheme}://{reference}");
        Ok(ResolvedImage { identifier, digest: some(answer.digest), config: answer.config })
    }
}

impl Gateway for Client {
    async fn solve(&self, request: SolveRequest) -> Result<RefId, GatewayError> {
        if request.definition.def.is_empty() {
            return Ok(RefId(String::new()));
        }
        let inline = request.evaluate && self.caps.gateway(names::SOLVE_EVALUATE);
        let cache_imports = request
            .cache_imports
            .into_iter()
            .map(|import| wire::CacheOptionsEntry {
                r#type: import.kind,
                attrs: import.attributes.into_iter().collect(),
            })
            .collect();
        let answer = self
            .bridge()
            .solve(wire::SolveRequest {
                definition: Some(request.definition),
                allow_result_return: true,
                allow_result_array_ref: true,
                cache_imports,
                evaluate: inline,
                ..Default::default()
            })
            .await?
            .into_inner();
        let solved = single_reference(answer)?;
        if request.evaluate && !inline {
            self.evaluate(&solved).await?;
        }
        Ok(solved)
    }

    async fn read_file(&self, at: &RefId, path: &str) -> Result<Option<Vec<u8>>, GatewayError> {
        let mut pages = Pages::default();
        loop {
            let Some(piece) = self.read_piece(at, path, pages.offset(), PAGE).await? else { return Ok(None) };
            if pages.push(piece).map_err(|error| error.during(path))? {
                return Ok(Some(pages.finish()));
            }
        }
    }

    async fn read_start(
        &self,
        at: &RefId,
        path: &str,
        length: usize,
    ) -> Result<Option<Vec<u8>>, GatewayError> {
        self.read_piece(at, path, 0, length.min(PAGE)).await
    }

    async fn read_dir(&self, at: &RefId, path: &str) -> Result<Option<Vec<FileStat>>, GatewayError> {
        if at.is_scratch() {
            return Ok(None);
        }
        let request =
            wire::ReadDirRequest { r#ref: at.0.clone(), dir_path: path.to_owned(), ..Default::default() };
        let answer = if_present(self.bridge().read_dir(request).await)?;
        Ok(answer.map(|answer| answer.entries.into_iter().map(file_stat).collect()))
    }

    async fn resolve_image(&self, request: ImageRequest) -> Result<ResolvedImage, GatewayError> {
        match self.caps.gateway(names::SOURCE_META_RESOLVER) {
            true => self.resolve_source(&request).await,
            false => self.resolve_config(&request).await,
        }
    }

    async fn inputs(&self) -> Result<BTreeMap<String, pb::Definition>, GatewayError> {
        if !self.caps.gateway(names::FRONTEND_INPUTS) {
            return Ok(BTreeMap::new());
        }
        let answer = self.bridge().inputs(wire::InputsRequest {}).await?.into_inner();
        Ok(answer.definitions.into_iter().collect())
    }

    async fn warn(&self, warning: WarnRequest) -> Result<(), GatewayError> {
        if !self.caps.gateway(names::WARNINGS) {
            return Ok(());
        }
        let request = wire::WarnRequest {
            digest: warning.digest,
            level: 1,
            short: warning.short.into_bytes(),
            detail: warning.detail.into_iter().map(String::into_bytes).collect(),
            url: warning.url,
            info: warning.info,
            ranges: warning.ranges,
        };
        self.bridge().warn(request).await?;
        Ok(())
    }
}

/// The one reference of a Solve; nothing at all means scratch. The field beside the result is how daemons from
/// before results answered.
fn single_reference(answer: wire::SolveResponse) -> Result<RefId, GatewayError> {
    match answer.result.and_then(|result| result.result) {
        Some(result::Result::Ref(reference)) => Ok(RefId(reference.id)),
        Some(result::Result::RefDeprecated(id)) => Ok(RefId(id)),
        Some(result::Result::Refs(_) | result::Result::RefsDeprecated(_)) => {
            Err(GatewayError::new(Code::Internal, "BuildKit answered one graph with several results"))
        }
        None => Ok(RefId(answer.r#ref)),
    }
}

/// An answer, or `None` if the daemon says that there is no such file.
fn if_present<T>(answer: Result<tonic::Response<T>, tonic::Status>) -> Result<Option<T>, GatewayError> {
    match answer.map_err(GatewayError::from) {
        Ok(answer) => Ok(Some(answer.into_inner())),
        Err(error) if error.is_missing_file() => Ok(None),
        Err(error) => Err(error),
    }
}

fn file_stat(stat: fsutil::Stat) -> FileStat {
    FileStat { path: stat.path, mode: stat.mode, size: stat.size }
}

/// Protobuf's "not set" for strings is the empty one.
fn some(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

//! Typed details of errors: what makes `docker buildx` show an excerpt of the user's file.
//!
//! An error travels as a `google.rpc.Status`. Its details are `Any`s whose type URL ends in `+json` and whose
//! value is JSON text, not protobuf: field names as in BuildKit's `errdefs.proto`, zero values left out, bytes
//! in base64. The daemon adds details of its own to a failed Solve; a frontend that passes such an error on
//! forwards the status as it came, because the details hold the excerpt of the failing step.
//!
//! Transport is not here: [`from_grpc`] reads a status that a client already has.

use prost::Message;
use serde::{Deserialize, Serialize};

use crate::{pb, rpc};

/// gRPC's `Unknown`, the code of ordinary errors of users: clients then print the message bare. Any other code
/// puts its name in front.
pub const UNKNOWN: i32 = 2;
/// gRPC's `Unimplemented`, the code that goes with [`FrontendCap`].
pub const UNIMPLEMENTED: i32 = 12;
/// gRPC's `Internal`: a bug. `docker buildx` exits with 100.
pub const INTERNAL: i32 = 13;

const TYPE_PREFIX: &str = "github.com/moby/buildkit/";
const TYPE_SUFFIX: &str = "+json";

/// Lines of a file that an error is about. Clients print `file:line` and an excerpt.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Source {
    /// The file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub info: Option<SourceInfo>,
    /// The lines.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ranges: Vec<Range>,
}

/// A file as clients show it. The JSON form of [`pb::SourceInfo`].
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SourceInfo {
    /// Name as it is shown.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub filename: String,
    /// The whole content. It is sent with every error, so a big file is better left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "base64_text")]
    pub data: Vec<u8>,
    /// The graph that the file was loaded with, as the daemon wrote it; kept, never looked into.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub definition: Option<serde_json::Value>,
    /// Language, as GitHub's linguist names it: `TOML`, `Dockerfile`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub language: String,
}

/// Lines of a file, counted from 1, the last one included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Range {
    /// Where it starts.
    #[serde(default)]
    pub start: Position,
    /// Where it ends.
    #[serde(default)]
    pub end: Position,
}

impl Range {
    /// Whole lines, both included, counted from 1.
    pub fn lines(first: u32, last: u32) -> Self {
        let position = |line| Position { line: i32::try_from(line).unwrap_or(i32::MAX), character: 0 };
        Self { start: position(first), end: position(last) }
    }
}

/// A place in a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// Line, counted from 1.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub line: i32,
    /// Column; clients do not look at it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub character: i32,
}

/// The subrequest that a frontend does not know.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subrequest {
    /// Its name, such as `frontend.outline`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
}

/// The frontend capability that a build required and the frontend lacks. Goes with [`UNIMPLEMENTED`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrontendCap {
    /// Its name, such as `moby.buildkit.frontend.contexts`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
}

/// The operation that failed; added by the daemon.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vertex {
    /// Its digest.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub digest: String,
}

/// The frontend that failed; added by the daemon.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frontend {
    /// `gateway.v0` or `dockerfile.v0`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Image of the frontend.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
}

/// One detail of an error.
#[derive(Debug, Clone, PartialEq)]
pub enum Detail {
    /// Lines of a file.
    Source(Source),
    /// An unknown subrequest.
    Subrequest(Subrequest),
    /// A missing capability of the frontend.
    FrontendCap(FrontendCap),
    /// The failing operation.
    Vertex(Vertex),
    /// The failing frontend.
    Frontend(Frontend),
    /// Anything else, or something that does not read as what its type says: kept as it came.
    Other(rpc::Any),
}

impl Detail {
    /// As it travels.
    pub fn encode(&self) -> rpc::Any {
        match self {
            Self::Source(value) => any("errdefs.Source", value),
            Self::Subrequest(value) => any("errdefs.Subrequest", value),
            Self::FrontendCap(value) => any("errdefs.FrontendCap", value),
            Self::Vertex(value) => any("errdefs.Vertex", value),
            Self::Frontend(value) => any("errdefs.Frontend", value),
            Self::Other(value) => value.clone(),
        }
    }

    /// From how it travelled. What is unknown or damaged becomes [`Detail::Other`], so nothing is lost.
    pub fn decode(detail: &rpc::Any) -> Self {
        fn read<T: for<'de> Deserialize<'de>>(
            detail: &rpc::Any,
            wrap: impl Fn(T) -> Detail,
        ) -> Option<Detail> {
            serde_json::from_slice(&detail.value).ok().map(wrap)
        }
        let name = detail.type_url.strip_prefix(TYPE_PREFIX).and_then(|name| name.strip_suffix(TYPE_SUFFIX));
        let known = match name {
            Some("errdefs.Source") => read(detail, Detail::Source),
            Some("errdefs.Subrequest") => read(detail, Detail::Subrequest),
            Some("errdefs.FrontendCap") => read(detail, Detail::FrontendCap),
            Some("errdefs.Vertex") => read(detail, Detail::Vertex),
            Some("errdefs.Frontend") => read(detail, Detail::Frontend),
            _ => None,
        };
        known.unwrap_or_else(|| Detail::Other(detail.clone()))
    }
}

/// An ordinary error: a message, printed bare, and its details. Every error that a frontend returns should have
/// a [`Source`]; without one, the client points at the `# syntax=` line.
pub fn status(message: impl Into<String>, details: impl IntoIterator<Item = Detail>) -> rpc::Status {
    status_with_code(UNKNOWN, message, details)
}

/// As [`status`], with a gRPC code of one's own. Zero means success, which no daemon accepts as an error, so it
/// becomes [`UNKNOWN`].
pub fn status_with_code(
    code: i32,
    message: impl Into<String>,
    details: impl IntoIterator<Item = Detail>,
) -> rpc::Status {
    rpc::Status {
        code: if code == 0 { UNKNOWN } else { code },
        message: message.into(),
        details: details.into_iter().map(|detail| detail.encode()).collect(),
    }
}

/// All details of an error.
pub fn details(status: &rpc::Status) -> Vec<Detail> {
    status.details.iter().map(Detail::decode).collect()
}

/// The files and lines that an error points to, in the order in which clients show them.
pub fn sources(status: &rpc::Status) -> Vec<Source> {
    details(status)
        .into_iter()
        .filter_map(|detail| if let Detail::Source(source) = detail { Some(source) } else { None })
        .collect()
}

/// The whole status of a failed call: code, message and details as the daemon wrote them, to be forwarded. Where
/// the call carries no readable details, code and message alone.
pub fn from_grpc(failed: &tonic::Status) -> rpc::Status {
    rpc::Status::decode(failed.details())
        .ok()
        .filter(|status| !failed.details().is_empty() && status.code != 0)
        .unwrap_or_else(|| status_with_code(failed.code() as i32, failed.message(), []))
}

/// The status as a gRPC server sends it, its details in the trailer. [`from_grpc`] is the way back.
pub fn to_grpc(status: &rpc::Status) -> tonic::Status {
    let details = status.encode_to_vec().into();
    tonic::Status::with_details(tonic::Code::from(status.code), status.message.clone(), details)
}

impl From<SourceInfo> for pb::SourceInfo {
    /// The same file for a graph. A definition is not carried over: its JSON is the daemon's own.
    fn from(info: SourceInfo) -> Self {
        Self { filename: info.filename, data: info.data, definition: None, language: info.language }
    }
}

impl From<Range> for pb::Range {
    fn from(range: Range) -> Self {
        let position = |at: Position| Some(pb::Position { line: at.line, character: at.character });
        Self { start: position(range.start), end: position(range.end) }
    }
}

fn any(name: &str, value: &impl Serialize) -> rpc::Any {
    rpc::Any {
        type_url: format!("{TYPE_PREFIX}{name}{TYPE_SUFFIX}"),
        value: serde_json::to_vec(value).expect("plain structs with text keys are always JSON"),
    }
}

// serde hands over a reference.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
fn is_zero(number: &i32) -> bool {
    *number == 0
}

mod base64_text {
    use base64::prelude::{BASE64_STANDARD, Engine as _};
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub(super) fn serialize<S: Serializer>(data: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&BASE64_STANDARD.encode(data))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        // Go writes `null` for bytes that are nil.
        let text = Option::<String>::deserialize(deserializer)?.unwrap_or_default();
        BASE64_STANDARD.decode(text).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> Source {
        Source {
            info: Some(SourceInfo {
                filename: "app.toml".into(),
                data: b"from = 1\n".to_vec(),
                language: "TOML".into(),
                ..Default::default()
            }),
            ranges: vec![Range::lines(1, 2)],
        }
    }

    #[test]
    fn details_are_json_as_go_writes_it() {
        let detail = Detail::Source(example()).encode();
        assert_eq!(detail.type_url, "github.com/moby/buildkit/errdefs.Source+json");
        assert_eq!(
            String::from_utf8(detail.value).unwrap(),
            r#"{"info":{"filename":"app.toml","data":"ZnJvbSA9IDEK","language":"TOML"},"ranges":[{"start":{"line":1},"end":{"line":2}}]}"#,
        );
        let detail = Detail::Subrequest(Subrequest { name: "frontend.x".into() }).encode();
        assert_eq!(detail.type_url, "github.com/moby/buildkit/errdefs.Subrequest+json");
        assert_eq!(detail.value, br#"{"name":"frontend.x"}"#);
    }

    #[test]
    fn every_detail_survives_the_way_there_and_back() {
        let all = [
            Detail::Source(example()),
            Detail::Subrequest(Subrequest { name: "frontend.x".into() }),
            Detail::FrontendCap(FrontendCap { name: "moby.buildkit.frontend.inputs".into() }),
            Detail::Vertex(Vertex { digest: "sha256:00".into() }),
            Detail::Frontend(Frontend { name: "gateway.v0".into(), source: "example/app".into() }),
            Detail::Other(rpc::Any {
                type_url: "github.com/moby/buildkit/stack.Stack+json".into(),
                value: vec![1],
            }),
        ];
        let status = status("wrong", all.clone());
        assert_eq!(details(&status), all);
        assert_eq!(sources(&status), [example()]);
    }

    #[test]
    fn what_does_not_read_is_kept() {
        let damaged = rpc::Any {
            type_url: "github.com/moby/buildkit/errdefs.Source+json".into(),
            value: b"{\"info\":7}".to_vec(),
        };
        assert_eq!(Detail::decode(&damaged), Detail::Other(damaged.clone()));
        assert_eq!(Detail::decode(&damaged).encode(), damaged);
    }

    #[test]
    fn a_definition_inside_a_source_is_carried_along() {
        let json = r#"{"info":{"filename":"Dockerfile","data":null,"definition":{"def":["AA=="]}},"ranges":[{"start":{"line":3},"end":{}}]}"#;
        let detail = rpc::Any {
            type_url: "github.com/moby/buildkit/errdefs.Source+json".into(),
            value: json.as_bytes().to_vec(),
        };
        let Detail::Source(source) = Detail::decode(&detail) else { panic!("it is a source") };
        assert_eq!(source.ranges[0].start.line, 3);
        assert_eq!(source.ranges[0].end.line, 0);
        let info = source.info.unwrap();
        assert_eq!(info.definition.unwrap()["def"][0], "AA==");
        assert!(info.data.is_empty());
    }

    #[test]
    fn a_status_survives_grpc() {
        let status = status_with_code(UNIMPLEMENTED, "wrong", [Detail::Source(example())]);
        assert_eq!(from_grpc(&to_grpc(&status)), status);
    }

    #[test]
    fn a_grpc_error_without_details_keeps_code_and_message() {
        let status = from_grpc(&tonic::Status::internal("broken"));
        assert_eq!((status.code, status.message.as_str()), (INTERNAL, "broken"));
        assert!(status.details.is_empty());
        let damaged = tonic::Status::with_details(tonic::Code::Internal, "broken", vec![0xff, 0xff].into());
        assert_eq!(from_grpc(&damaged), status);
    }

    #[test]
    fn an_error_is_never_a_success() {
        assert_eq!(status_with_code(0, "wrong", []).code, UNKNOWN);
    }
}

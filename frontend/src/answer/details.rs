//! Typed error details as BuildKit has them: JSON inside protobuf's `Any`, names as in its Go structs, what is
//! empty left out.

use buildkit_proto::pb;
use buildkit_proto::rpc::Any;
use serde_json::{Map, Value, json};

use crate::base64;

/// `errdefs.Source`: clients print the lines of `ranges` from the file. Without both it says "no place".
pub(crate) fn source(info: Option<pb::SourceInfo>, ranges: Vec<pb::Range>) -> Any {
    let mut value = Map::new();
    if let Some(info) = info {
        value.insert("info".into(), source_info(&info));
    }
    if !ranges.is_empty() {
        value.insert("ranges".into(), ranges.iter().map(range).collect());
    }
    any("errdefs.Source", value.into())
}

/// `errdefs.Subrequest`: the client asked for something that we do not know.
pub(crate) fn subrequest(name: &str) -> Any {
    any("errdefs.Subrequest", json!({ "name": name }))
}

/// A file and its content, as JSON.
pub(crate) fn source_info(info: &pb::SourceInfo) -> Value {
    let mut value = Map::new();
    value.insert("filename".into(), info.filename.clone().into());
    value.insert("data".into(), base64::encode(&info.data).into());
    if !info.language.is_empty() {
        value.insert("language".into(), info.language.clone().into());
    }
    value.into()
}

/// First and last line, as JSON.
pub(crate) fn range(range: &pb::Range) -> Value {
    let position = |at: &Option<pb::Position>| json!({ "line": at.map_or(0, |at| at.line) });
    json!({ "start": position(&range.start), "end": position(&range.end) })
}

fn any(name: &str, value: Value) -> Any {
    Any { type_url: format!("github.com/moby/buildkit/{name}+json"), value: value.to_string().into_bytes() }
}

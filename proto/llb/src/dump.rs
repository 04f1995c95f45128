//! A graph as text that people can read and compare: stable, and with everything that decides about caching.
//!
//! Operations are numbered in their order; `%2:1` is output 1 of operation 2, `$0` an operation's own first input.

mod exec;
mod file;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use buildkit_proto::attrs::description;
use buildkit_proto::pb;
use prost::Message as _;

use crate::digest::sha256;

/// Writes a graph as text.
pub fn dump(definition: &pb::Definition) -> String {
    let mut out = String::new();
    let mut numbers = BTreeMap::new();
    for (number, bytes) in definition.def.iter().enumerate() {
        let digest = sha256(bytes);
        match pb::Op::decode(bytes.as_slice()) {
            Ok(op) => operation(&mut out, definition, number, &digest, &op, &numbers),
            Err(error) => line(&mut out, 0, format_args!("%{number} = not an operation: {error}")),
        }
        numbers.insert(digest, number);
    }
    out
}

fn line(out: &mut String, depth: usize, text: std::fmt::Arguments<'_>) {
    let _ = writeln!(out, "{:width$}{text}", "", width = depth * 4);
}

fn operation(
    out: &mut String,
    definition: &pb::Definition,
    number: usize,
    digest: &str,
    op: &pb::Op,
    numbers: &BTreeMap<String, usize>,
) {
    let inputs: Vec<String> = (op.inputs.iter())
        .map(|input| match numbers.get(&input.digest) {
            Some(number) => format!("%{number}:{}", input.index),
            None => format!("{}:{}", input.digest, input.index),
        })
        .collect();
    let inputs = if inputs.is_empty() { String::new() } else { format!(" [{}]", inputs.join(", ")) };
    let what = match &op.op {
        None if number + 1 == definition.def.len() => return line(out, 0, format_args!("return{inputs}")),
        None => "of an unknown kind".to_owned(),
        Some(pb::op::Op::Source(source)) => format!("source {}", source.identifier),
        Some(pb::op::Op::Exec(exec)) => {
            let args =
                exec.meta.iter().flat_map(|meta| &meta.args).map(|arg| quoted(arg)).collect::<Vec<_>>();
            format!("exec {}", args.join(" "))
        }
        Some(pb::op::Op::File(_)) => "file".to_owned(),
        Some(pb::op::Op::Merge(_)) => "merge".to_owned(),
        Some(pb::op::Op::Diff(diff)) => {
            let side = |input: Option<i64>| slot(input.unwrap_or(-1));
            let (lower, upper) = (diff.lower.map(|it| it.input), diff.upper.map(|it| it.input));
            format!("diff {} to {}", side(lower), side(upper))
        }
        Some(pb::op::Op::Build(_)) => "build".to_owned(),
    };
    line(out, 0, format_args!("%{number} = {what}{inputs}"));
    if let Some(metadata) = definition.metadata.get(digest) {
        about(out, metadata);
    }
    if let Some(platform) = &op.platform {
        let variant = if platform.variant.is_empty() { "" } else { "/" };
        let pb::Platform { os, architecture, variant: name, .. } = platform;
        line(out, 1, format_args!("platform {os}/{architecture}{variant}{name}"));
    }
    match &op.op {
        Some(pb::op::Op::Source(source)) => {
            for (key, value) in &source.attrs {
                line(out, 1, format_args!("{key} = {value}"));
            }
        }
        Some(pb::op::Op::Exec(exec)) => exec::write(out, exec),
        Some(pb::op::Op::File(file)) => file.actions.iter().for_each(|action| file::write(out, action)),
        _ => {}
    }
    let locations =
        definition.source.as_ref().and_then(|source| Some((source, source.locations.get(digest)?)));
    if let Some((source, locations)) = locations {
        places(out, source, locations);
    }
}

fn about(out: &mut String, metadata: &pb::OpMetadata) {
    if let Some(name) = metadata.description.get(description::CUSTOM_NAME) {
        line(out, 1, format_args!("\"{name}\""));
    }
    let others = metadata.description.iter().filter(|(key, _)| *key != description::CUSTOM_NAME);
    for (key, value) in others {
        line(out, 1, format_args!("{key}: \"{value}\""));
    }
    if let Some(export) = metadata.export_cache {
        line(out, 1, format_args!("{} cache", if export.value { "export" } else { "do not export" }));
    }
    if metadata.ignore_cache {
        line(out, 1, format_args!("ignore cache"));
    }
    if let Some(group) = &metadata.progress_group {
        let weak = if group.weak { " (weak)" } else { "" };
        line(out, 1, format_args!("group {} \"{}\"{weak}", group.id, group.name));
    }
}

fn places(out: &mut String, source: &pb::Source, locations: &pb::Locations) {
    for location in &locations.locations {
        let file = usize::try_from(location.source_index).ok().and_then(|index| source.infos.get(index));
        let name = file.map_or("?", |info| info.filename.as_str());
        for range in &location.ranges {
            let number = |position: &Option<pb::Position>| position.as_ref().map_or(0, |at| at.line);
            let (first, last) = (number(&range.start), number(&range.end));
            line(out, 1, format_args!("at {name}:{first}-{last}"));
        }
    }
}

/// An input of the operation.
fn slot(input: i64) -> String {
    if input < 0 { "scratch".to_owned() } else { format!("${input}") }
}

fn optional(optional: bool) -> &'static str {
    if optional { " optional" } else { "" }
}

fn quoted(arg: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c);
    if !arg.is_empty() && arg.chars().all(plain) { arg.to_owned() } else { format!("{arg:?}") }
}

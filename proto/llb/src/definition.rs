//! From a result to the message that asks for it.

use std::collections::BTreeMap;

use buildkit_proto::pb;
use prost::Message as _;

use crate::meta::Meta;
use crate::output::{Output, Vertex};

/// The whole graph below a result: each operation once, after those that it needs, and last the terminal one.
pub fn definition(result: &Output) -> pb::Definition {
    let mut graph = Graph::default();
    graph.visit(result);
    let terminal = pb::Op { inputs: vec![result.input()], ..pb::Op::default() }.encode_to_vec();
    let terminal_digest = crate::digest::sha256(&terminal);

    let mut definition = pb::Definition::default();
    let mut source = pb::Source::default();
    for (vertex, meta) in graph.order.iter().map(|digest| &graph.vertices[digest]) {
        definition.def.push(vertex.bytes.clone());
        definition.metadata.insert(vertex.digest.clone(), metadata(vertex, meta));
        if !meta.locations.is_empty() {
            let locations =
                meta.locations.iter().map(|(file, lines)| location(&mut source, file.info(), lines));
            let locations = pb::Locations { locations: locations.collect() };
            source.locations.insert(vertex.digest.clone(), locations);
        }
    }
    definition.def.push(terminal);
    let caps = ["constraints", "platform"].map(|cap| (cap.to_owned(), true)).into();
    definition.metadata.insert(terminal_digest, pb::OpMetadata { caps, ..pb::OpMetadata::default() });
    definition.source = Some(source);
    definition
}

#[derive(Default)]
struct Graph<'o> {
    order: Vec<&'o str>,
    vertices: BTreeMap<&'o str, (&'o Vertex, Meta)>,
}

impl<'o> Graph<'o> {
    /// Depth first, without recursion: a graph may be deeper than a stack.
    fn visit(&mut self, result: &'o Output) {
        let mut pending = vec![(result.vertex.as_ref(), false)];
        while let Some((vertex, inputs_done)) = pending.pop() {
            if let Some((known, meta)) = self.vertices.get_mut(vertex.digest.as_str()) {
                if !std::ptr::eq(*known, vertex) {
                    meta.merged(&vertex.meta);
                }
            } else if inputs_done {
                self.vertices.insert(&vertex.digest, (vertex, vertex.meta.clone()));
                self.order.push(&vertex.digest);
            } else {
                pending.push((vertex, true));
                pending.extend(vertex.inputs.iter().rev().map(|input| (input.vertex.as_ref(), false)));
            }
        }
    }
}

fn metadata(vertex: &Vertex, meta: &Meta) -> pb::OpMetadata {
    let mut metadata = vertex.foreign.clone().unwrap_or_default();
    metadata.caps.extend(vertex.caps.iter().map(|cap| (cap.clone(), true)));
    if let Some(name) = &meta.name {
        metadata.description.insert("llb.customname".to_owned(), name.clone());
        metadata.caps.insert("meta.description".to_owned(), true);
    }
    if let Some((id, name, weak)) = &meta.group {
        metadata.progress_group = Some(pb::ProgressGroup { id: id.clone(), name: name.clone(), weak: *weak });
    }
    if meta.ignore_cache {
        metadata.ignore_cache = true;
        metadata.caps.insert("meta.ignorecache".to_owned(), true);
    }
    metadata
}

fn location(source: &mut pb::Source, info: &pb::SourceInfo, lines: &[(u32, u32)]) -> pb::Location {
    let at = source.infos.iter().position(|known| known == info).unwrap_or_else(|| {
        source.infos.push(info.clone());
        source.infos.len() - 1
    });
    let position =
        |line: u32| Some(pb::Position { line: i32::try_from(line).unwrap_or(i32::MAX), character: 0 });
    let ranges =
        lines.iter().map(|(first, last)| pb::Range { start: position(*first), end: position(*last) });
    pb::Location { source_index: i32::try_from(at).expect("few files"), ranges: ranges.collect() }
}

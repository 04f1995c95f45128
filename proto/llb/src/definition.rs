//! From a result to the message that asks for it.

use std::collections::{BTreeMap, BTreeSet};

use buildkit_proto::{caps, pb};
use prost::Message as _;

use crate::digest::sha256;
use crate::meta::SourceFile;
use crate::note::{Note, Place};
use crate::output::{Output, Vertex};

/// The whole graph below a result: each operation once, after those that it needs, and last the terminal one
/// (BuildKit's `client/llb/state.go`, `Marshal`).
///
/// Operations are known by their digests. Of equal ones, the bytes appear once, with all that is noted beside any
/// of them.
pub fn definition(result: &Output) -> pb::Definition {
    let mut graph = Graph::default();
    graph.visit(result);

    let mut definition = pb::Definition::default();
    let mut files = Files::default();
    let mut locations = BTreeMap::new();
    for digest in &graph.order {
        let (vertex, note) = &graph.vertices[digest];
        definition.def.push(vertex.bytes.clone());
        if !note.places.is_empty() {
            let places = note.places.iter().map(|place| files.location(place)).collect();
            locations.insert(vertex.digest.clone(), pb::Locations { locations: places });
        }
        definition.metadata.insert(vertex.digest.clone(), note.metadata.clone());
    }
    let terminal = pb::Op { inputs: vec![result.input()], ..pb::Op::default() }.encode_to_vec();
    let metadata = terminal_metadata(definition.metadata.values());
    definition.metadata.insert(sha256(&terminal), metadata);
    definition.def.push(terminal);
    definition.source = Some(pb::Source { locations, infos: files.infos() });
    definition
}

/// What a daemon must know of metadata in general is asked for at the end of a graph.
fn terminal_metadata<'m>(operations: impl Iterator<Item = &'m pb::OpMetadata>) -> pb::OpMetadata {
    let mut needed = BTreeSet::from([caps::llb::CONSTRAINTS, caps::llb::PLATFORM]);
    for metadata in operations {
        if metadata.ignore_cache {
            needed.insert(caps::llb::META_IGNORE_CACHE);
        }
        if !metadata.description.is_empty() {
            needed.insert(caps::llb::META_DESCRIPTION);
        }
        if metadata.export_cache.is_some() {
            needed.insert(caps::llb::META_EXPORT_CACHE);
        }
    }
    let caps = needed.into_iter().map(|cap| (cap.to_owned(), true)).collect();
    pb::OpMetadata { caps, ..pb::OpMetadata::default() }
}

#[derive(Default)]
struct Graph<'o> {
    order: Vec<&'o str>,
    vertices: BTreeMap<&'o str, (&'o Vertex, Note)>,
    /// Those that were visited, by address: equal operations may still know different things.
    visited: BTreeSet<*const Vertex>,
}

impl<'o> Graph<'o> {
    /// Depth first, without recursion: a graph may be deeper than a stack.
    fn visit(&mut self, result: &'o Output) {
        let mut pending = vec![(result.vertex.as_ref(), false)];
        while let Some((vertex, inputs_done)) = pending.pop() {
            if inputs_done {
                self.add(vertex);
            } else if self.visited.insert(vertex) {
                pending.push((vertex, true));
                pending.extend(vertex.inputs.iter().rev().map(|input| (input.vertex.as_ref(), false)));
            }
        }
    }

    fn add(&mut self, vertex: &'o Vertex) {
        match self.vertices.get_mut(vertex.digest.as_str()) {
            Some((_, note)) => note.merge(&vertex.note),
            None => {
                self.vertices.insert(&vertex.digest, (vertex, vertex.note.clone()));
                self.order.push(&vertex.digest);
            }
        }
    }
}

/// The files that places are in, numbered in the order in which they are first met.
#[derive(Default)]
struct Files(Vec<SourceFile>);

impl Files {
    fn location(&mut self, place: &Place) -> pb::Location {
        let at = self.0.iter().position(|known| *known == place.file).unwrap_or_else(|| {
            self.0.push(place.file.clone());
            self.0.len() - 1
        });
        let source_index = i32::try_from(at).expect("fewer files than bytes");
        pb::Location { source_index, ranges: place.ranges.clone() }
    }

    fn infos(self) -> Vec<pb::SourceInfo> {
        self.0.iter().map(|file| file.info().clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Exec, Fs, Local, Meta};

    #[test]
    fn equal_operations_are_one_and_know_what_each_knows() {
        let file = SourceFile::new("app.toml", "", "TOML");
        let context = |name: &str, line| {
            Local::new("context")
                .meta(Meta::named(name).at(&file, line, line).ignore_cache(line == 2))
                .output()
        };
        let mut exec = Exec::new(Fs::Scratch, ["/x"]);
        exec.read_only("/a", context("first", 1));
        exec.read_only("/b", context("second", 2));
        let definition = definition(&exec.output());
        assert_eq!(definition.def.len(), 3);
        assert_eq!(
            crate::dump(&definition).lines().take(5).collect::<Vec<_>>(),
            [
                "%0 = source local://context",
                "    \"first\"",
                "    ignore cache",
                "    at app.toml:1-1",
                "    at app.toml:2-2",
            ]
        );
        let terminal = definition.def.last().map(|bytes| &definition.metadata[&sha256(bytes)]);
        let needed: Vec<_> = terminal.into_iter().flat_map(|metadata| metadata.caps.keys()).collect();
        assert_eq!(needed, ["constraints", "meta.description", "meta.ignorecache", "platform"]);
    }
}

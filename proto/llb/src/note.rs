//! What is noted beside the bytes of an operation: its metadata and its places in source files.
//!
//! Our operations and those of somebody else's graph have the same kind of note, so nothing of either is lost.

use buildkit_proto::attrs::description;
use buildkit_proto::pb;

use crate::meta::{Meta, SourceFile};

/// Never part of a digest.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Note {
    pub(crate) metadata: pb::OpMetadata,
    pub(crate) places: Vec<Place>,
}

/// Ranges of one file.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Place {
    pub(crate) file: SourceFile,
    pub(crate) ranges: Vec<pb::Range>,
}

impl Note {
    /// The note of an operation that needs these capabilities.
    pub(crate) fn new(needed: impl IntoIterator<Item = &'static str>, meta: Meta) -> Self {
        let mut metadata = pb::OpMetadata {
            ignore_cache: meta.ignore_cache,
            caps: needed.into_iter().map(|cap| (cap.to_owned(), true)).collect(),
            ..pb::OpMetadata::default()
        };
        if let Some(name) = meta.name {
            metadata.description.insert(description::CUSTOM_NAME.to_owned(), name);
        }
        metadata.progress_group = meta.group.map(|(id, name, weak)| pb::ProgressGroup { id, name, weak });
        let places = meta.locations.into_iter().map(|(file, lines)| Place {
            file,
            ranges: lines.into_iter().map(|(first, last)| range(first, last)).collect(),
        });
        Self { metadata, places: places.collect() }
    }

    /// What two equal operations have noted together: what was said first, every capability and every place, and
    /// no cache if one wants none. (`mergeMetadata` of BuildKit's `client/llb/state.go` lets the later one win;
    /// ours is the order in which operations appear, so that adding a user of a layer does not rename it.)
    pub(crate) fn merge(&mut self, other: &Self) {
        let (ours, theirs) = (&mut self.metadata, &other.metadata);
        ours.ignore_cache |= theirs.ignore_cache;
        for (key, value) in &theirs.description {
            ours.description.entry(key.clone()).or_insert_with(|| value.clone());
        }
        ours.export_cache = ours.export_cache.or(theirs.export_cache);
        ours.caps.extend(theirs.caps.iter().map(|(cap, needed)| (cap.clone(), *needed)));
        if ours.progress_group.is_none() {
            ours.progress_group.clone_from(&theirs.progress_group);
        }
        for place in &other.places {
            self.add_place(place);
        }
    }

    fn add_place(&mut self, place: &Place) {
        match self.places.iter_mut().find(|known| known.file == place.file) {
            None => self.places.push(place.clone()),
            Some(known) => {
                for range in &place.ranges {
                    if !known.ranges.contains(range) {
                        known.ranges.push(*range);
                    }
                }
            }
        }
    }
}

/// Lines, counted from 1, the last one included; printers do not look at characters.
fn range(first: u32, last: u32) -> pb::Range {
    let position =
        |line: u32| Some(pb::Position { line: i32::try_from(line).unwrap_or(i32::MAX), character: 0 });
    pb::Range { start: position(first), end: position(last) }
}

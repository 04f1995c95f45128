//! What holds for every graph that can be built.

mod graphs;

use std::collections::BTreeSet;

use buildkit_llb::{definition, dump, from_definition, missing_caps, sha256, verify};
use buildkit_proto::{caps, pb};
use graphs::{build, build_bare, recipe};
use proptest::prelude::*;
use prost::Message as _;

proptest! {
    #[test]
    fn a_daemon_accepts_it(recipe in recipe()) {
        prop_assert_eq!(verify(&definition(&build(&recipe))), vec![]);
    }

    #[test]
    fn built_again_it_is_the_same_to_the_byte(recipe in recipe()) {
        let (one, two) = (definition(&build(&recipe)), definition(&build(&recipe)));
        prop_assert_eq!(one.encode_to_vec(), two.encode_to_vec());
        prop_assert_eq!(dump(&one), dump(&two));
    }

    #[test]
    fn what_is_noted_beside_it_changes_no_digest(recipe in recipe()) {
        let (noted, bare) = (definition(&build(&recipe)), definition(&build_bare(&recipe)));
        prop_assert_eq!(noted.def, bare.def);
    }

    #[test]
    fn sent_and_read_it_looks_the_same(recipe in recipe()) {
        let sent = definition(&build(&recipe));
        let read = pb::Definition::decode(sent.encode_to_vec().as_slice()).unwrap();
        prop_assert_eq!(dump(&sent), dump(&read));
    }

    #[test]
    fn its_needs_are_known(recipe in recipe()) {
        let definition = definition(&build(&recipe));
        for metadata in definition.metadata.values() {
            prop_assert!(!metadata.caps.is_empty());
        }
        for missing in missing_caps(&definition, &BTreeSet::new()) {
            let cap = caps::find(&missing.cap);
            prop_assert!(cap.is_some_and(|cap| cap.listed), "{}", missing.cap);
        }
    }

    #[test]
    fn as_somebody_elses_graph_it_is_whole(recipe in recipe()) {
        let before = definition(&build(&recipe));
        let again = from_definition(&before).unwrap().expect("it has a result");
        prop_assert_eq!(definition(&again), before);
    }

    #[test]
    fn what_others_note_survives(
        recipe in recipe(),
        notes in prop::collection::vec(foreign_note(), 1..5),
    ) {
        let mut before = definition(&build(&recipe));
        let operations = before.def.len() - 1;
        let source = before.source.get_or_insert_default();
        source.infos = (0..3)
            .map(|number| pb::SourceInfo {
                filename: format!("{number}"),
                definition: Some(pb::Definition::default()),
                ..Default::default()
            })
            .collect();
        source.locations.clear();
        for (bytes, (metadata, locations)) in before.def[..operations].iter().zip(notes.iter().cycle()) {
            before.metadata.insert(sha256(bytes), metadata.clone());
            source.locations.insert(sha256(bytes), pb::Locations { locations: locations.clone() });
        }
        let after = definition(&from_definition(&before).unwrap().expect("it has a result"));
        prop_assert_eq!(&after.def, &before.def);
        for bytes in &before.def[..operations] {
            let digest = sha256(bytes);
            prop_assert_eq!(&after.metadata[&digest], &before.metadata[&digest]);
            prop_assert_eq!(places(&after, &digest), places(&before, &digest));
        }
        prop_assert_eq!(verify(&after), vec![]);
    }
}

fn foreign_note() -> impl Strategy<Value = (pb::OpMetadata, Vec<pb::Location>)> {
    let map = || prop::collection::btree_map("[a-c.]{1,3}", "[a-c]{0,2}", 0..3);
    let metadata =
        (any::<bool>(), map(), prop::option::of(any::<bool>()), map(), prop::option::of(any::<bool>()));
    let metadata = metadata.prop_map(|(ignore_cache, description, export, caps, group)| pb::OpMetadata {
        ignore_cache,
        description,
        export_cache: export.map(|value| pb::ExportCache { value }),
        caps: caps.into_iter().map(|(cap, value)| (cap, value.is_empty())).collect(),
        progress_group: group.map(|weak| pb::ProgressGroup { id: "i".into(), name: "n".into(), weak }),
    });
    let position = || {
        prop::option::of((0i32..9, 0i32..9))
            .prop_map(|at| at.map(|(line, character)| pb::Position { line, character }))
    };
    let range = (position(), position()).prop_map(|(start, end)| pb::Range { start, end });
    let location = (0i32..3, prop::collection::vec(range, 0..3))
        .prop_map(|(source_index, ranges)| pb::Location { source_index, ranges });
    (metadata, prop::collection::vec(location, 0..3))
}

/// The places of an operation, with the files themselves.
fn places<'d>(definition: &'d pb::Definition, digest: &str) -> Vec<(&'d pb::SourceInfo, &'d [pb::Range])> {
    let source = definition.source.as_ref().expect("it has one");
    let locations = source.locations.get(digest).map_or(&[][..], |locations| &locations.locations);
    let place = |location: &'d pb::Location| {
        (
            &source.infos[usize::try_from(location.source_index).expect("it is 0..3")],
            location.ranges.as_slice(),
        )
    };
    locations.iter().map(place).collect()
}

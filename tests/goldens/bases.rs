//! Base images: `tests/golden/bases`, a file for each architecture and image.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use wheelbase_tests::engine::repository;

/// What is known of a base image for one architecture.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Base {
    /// The whole reference: `docker.io/library/python:3.13-slim`.
    pub(crate) image: String,
    /// The digest of its index, so the same for every architecture.
    pub(crate) digest: String,
    /// Its configuration.
    pub(crate) config: Value,
    /// What the helper reads of it; `None` where no example asks for that.
    pub(crate) facts: Option<Value>,
}

/// The base images by architecture and identifier.
pub(crate) fn bases() -> BTreeMap<(String, String), Base> {
    let mut bases = BTreeMap::new();
    for architecture in crate::ARCHITECTURES {
        let folder = repository().join("tests/golden/bases").join(architecture);
        for entry in std::fs::read_dir(folder).unwrap() {
            let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            let base: Base = serde_json::from_str(&text).unwrap();
            bases.insert((architecture.to_owned(), format!("docker-image://{}", base.image)), base);
        }
    }
    bases
}

//! An image, or one image a platform, as an [`Answer`]: the keys that exporters look for.

use std::collections::BTreeMap;

use buildkit_llb::Platform;
use buildkit_proto::metadata;
use serde::Serialize;

use super::{Answer, Refs};
use crate::gateway::RefId;

/// What was built for one platform.
#[derive(Debug, Clone)]
pub struct PlatformImage {
    /// Which.
    pub platform: Platform,
    /// Its tree.
    pub reference: RefId,
    /// Its image configuration, JSON.
    pub config: Vec<u8>,
    /// The configuration of the image that it grew from, JSON: exporters leave its layers' times alone.
    pub base_config: Option<Vec<u8>>,
}

impl Answer {
    /// The answer of an image build. `by_platform` asks for a result that has its platforms spelled out, which
    /// is a must for more than one; then each key of the metadata carries the platform's id.
    ///
    /// # Panics
    /// If there is no image, or more than one without `by_platform`.
    pub fn images(images: Vec<PlatformImage>, by_platform: bool) -> Self {
        assert!(!images.is_empty(), "an image build has at least one image");
        assert!(by_platform || images.len() == 1, "several images need their platforms spelled out");
        let list = PlatformList { platforms: images.iter().map(Entry::of).collect() };
        let list = serde_json::to_vec(&list).expect("strings and lists are always JSON");
        let mut entries = BTreeMap::from([(metadata::PLATFORMS.to_owned(), list)]);
        let mut refs = BTreeMap::new();
        for image in images {
            let id = image.platform.name();
            let key = |key: &str| match by_platform {
                true => metadata::for_platform(key, &id),
                false => key.to_owned(),
            };
            entries.insert(key(metadata::IMAGE_CONFIG), image.config);
            if let Some(base) = image.base_config {
                entries.insert(key(metadata::IMAGE_BASE_CONFIG), base);
            }
            refs.insert(id, image.reference);
        }
        let refs = match by_platform {
            true => Refs::Platforms(refs),
            false => refs.into_values().next().map_or(Refs::None, Refs::One),
        };
        Self { refs, metadata: entries }
    }
}

/// BuildKit's `exptypes.Platforms`: capital letters outside, OCI names inside.
#[derive(Serialize)]
struct PlatformList<'a> {
    #[serde(rename = "Platforms")]
    platforms: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    #[serde(rename = "ID")]
    id: String,
    #[serde(rename = "Platform")]
    platform: OciPlatform<'a>,
}

#[derive(Serialize)]
struct OciPlatform<'a> {
    architecture: &'a str,
    os: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    variant: &'a str,
}

impl<'a> Entry<'a> {
    fn of(image: &'a PlatformImage) -> Self {
        let Platform { os, architecture, variant } = &image.platform;
        Self { id: image.platform.name(), platform: OciPlatform { architecture, os, variant } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(platform: &str) -> PlatformImage {
        PlatformImage {
            platform: crate::options::parse_platform(platform).unwrap(),
            reference: RefId(format!("ref of {platform}")),
            config: b"{}".to_vec(),
            base_config: Some(b"{\"base\":1}".to_vec()),
        }
    }

    #[test]
    fn one_platform_that_nobody_named() {
        let answer = Answer::images(vec![image("linux/amd64")], false);
        assert_eq!(answer.refs, Refs::One(RefId("ref of linux/amd64".into())));
        let keys: Vec<&str> = answer.metadata.keys().map(String::as_str).collect();
        assert_eq!(keys, ["containerimage.base.config", "containerimage.config", "refs.platforms"]);
    }

    #[test]
    fn platforms_spelled_out() {
        let answer = Answer::images(vec![image("linux/amd64"), image("linux/arm/v7")], true);
        assert!(matches!(&answer.refs, Refs::Platforms(refs) if refs.contains_key("linux/arm/v7")));
        assert!(answer.metadata.contains_key("containerimage.config/linux/arm/v7"));
        let list = String::from_utf8(answer.metadata["refs.platforms"].clone()).unwrap();
        insta::assert_snapshot!(list, @r#"{"Platforms":[{"ID":"linux/amd64","Platform":{"architecture":"amd64","os":"linux"}},{"ID":"linux/arm/v7","Platform":{"architecture":"arm","os":"linux","variant":"v7"}}]}"#);
    }
}

//! How wheels are put into layers: giants alone, the rest in stable buckets by name, the project's
//! own packages last.
//!
//! A layer is rebuilt and uploaded whole, so what changes together should lie together and nothing else. Names
//! do not change when versions do: a bump moves one bucket and no package ever changes its neighbours. The
//! number of buckets is fixed, because with another number every package would move.

use sha2::{Digest as _, Sha256};

use crate::lock::name::PackageName;
use crate::select::{Artifact, Chosen};

/// The buckets of a project that does not say `layers`.
pub const BUCKETS: u32 = 8;

/// A layer's worth of packages, each in name order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grouped<'s> {
    /// What people see: the name of a giant, `group 3`, or `project`.
    pub name: String,
    /// The packages, sorted by name.
    pub packages: Vec<&'s Chosen>,
}

/// Puts packages into groups. The order of the groups is fixed, and it is the order of precedence: of two
/// packages that write one path, the one in the later group wins.
pub fn group<'s>(packages: &'s [Chosen], layers: Option<u32>) -> Vec<Grouped<'s>> {
    let (own, foreign): (Vec<_>, Vec<_>) =
        packages.iter().partition(|chosen| matches!(chosen.artifact, Artifact::Tree(_)));
    let buckets = layers.unwrap_or(BUCKETS).max(1);
    // With a given number of layers there is no room for giants beside them.
    let (giants, others): (Vec<_>, Vec<_>) =
        foreign.into_iter().partition(|chosen| layers.is_none() && is_giant(chosen));
    let (giants, overflow) = giants.split_at(giants.len().min(MOST_GIANTS));

    let mut groups: Vec<Grouped<'s>> = (0..buckets)
        .map(|bucket| Grouped {
            name: format!("group {}", bucket + 1),
            packages: others
                .iter()
                .chain(overflow)
                .copied()
                .filter(|chosen| bucket_of(&chosen.name, buckets) == bucket)
                .collect(),
        })
        .collect();
    groups.extend(
        giants
            .iter()
            .map(|chosen| Grouped { name: chosen.name.as_str().to_owned(), packages: vec![*chosen] }),
    );
    if own.len() <= MOST_OWN && layers.is_none() {
        groups.extend(
            own.iter()
                .map(|chosen| Grouped { name: chosen.name.as_str().to_owned(), packages: vec![*chosen] }),
        );
    } else {
        groups.push(Grouped { name: "project".to_owned(), packages: own });
    }
    groups.retain(|group| !group.packages.is_empty());
    for group in &mut groups {
        group.packages.sort_by(|a, b| a.name.cmp(&b.name));
    }
    groups
}

/// No more giants than this have a layer of their own: runtimes limit the layers of an image.
const MOST_GIANTS: usize = 16;

/// Trees of the build context have a layer each, so that the images of a workspace share those of its libraries; more
/// than this are one layer.
const MOST_OWN: usize = 4;

/// Packages known to be large, and the ends of the names of families that are. Listed packages are giants as
/// soon as they are worth a layer; others only when they are far over that. So a wheel whose size moves around
/// one limit does not move between groups.
const GIANTS: &[&str] = &[
    "jaxlib",
    "lightgbm",
    "llvmlite",
    "mlx",
    "mxnet",
    "onnxruntime",
    "onnxruntime-gpu",
    "opencv-contrib-python",
    "opencv-contrib-python-headless",
    "opencv-python",
    "opencv-python-headless",
    "paddlepaddle",
    "playwright",
    "polars",
    "polars-runtime-32",
    "pyarrow",
    "pyqt5-qt5",
    "pyqt6-qt6",
    "pyside6-addons",
    "pyside6-essentials",
    "pyspark",
    "ray",
    "scipy",
    "spacy",
    "tensorflow",
    "tensorflow-cpu",
    "torch",
    "torchaudio",
    "torchvision",
    "triton",
    "vllm",
    "xgboost",
];
const GIANT_FAMILIES: &[&str] = &["nvidia-", "jax-cuda", "cupy-cuda"];
const LISTED_GIANT_BYTES: u64 = 8 << 20;
const UNLISTED_GIANT_BYTES: u64 = 48 << 20;

fn is_giant(chosen: &Chosen) -> bool {
    let Artifact::Wheel(file) = &chosen.artifact else { return false };
    let name = chosen.name.as_str();
    let listed =
        GIANTS.binary_search(&name).is_ok() || GIANT_FAMILIES.iter().any(|family| name.starts_with(family));
    match file.size {
        Some(size) if listed => size >= LISTED_GIANT_BYTES,
        Some(size) => size >= UNLISTED_GIANT_BYTES,
        None => listed,
    }
}

fn bucket_of(name: &PackageName, buckets: u32) -> u32 {
    let hash = Sha256::digest(name.as_str().as_bytes());
    u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]) % buckets
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lock::Tree;
    use crate::select::RemoteFile;

    fn wheel(name: &str, size: Option<u64>) -> Chosen {
        let filename = format!("{name}-1-py3-none-any.whl");
        chosen(
            name,
            Artifact::Wheel(RemoteFile {
                url: format!("https://files.example/{filename}"),
                filename,
                sha256: "0".repeat(64),
                size,
                direct: false,
                subdirectory: None,
            }),
        )
    }

    fn chosen(name: &str, artifact: Artifact) -> Chosen {
        Chosen { name: name.parse().unwrap(), version: None, artifact, requested: false }
    }

    fn names(groups: &[Grouped<'_>]) -> Vec<String> {
        groups
            .iter()
            .map(|group| {
                let packages: Vec<_> = group.packages.iter().map(|chosen| chosen.name.as_str()).collect();
                format!("{}: {}", group.name, packages.join(" "))
            })
            .collect()
    }

    #[test]
    fn list_is_sorted() {
        assert!(GIANTS.is_sorted(), "binary search needs a sorted list");
    }

    #[test]
    fn giants_are_alone_and_the_project_is_last() {
        let tree = Artifact::Tree(Tree { path: ".".into(), editable: true });
        let packages = [
            wheel("torch", Some(900 << 20)),
            wheel("scipy", Some(1 << 20)),
            wheel("unheard-of", Some(100 << 20)),
            chosen("app", tree),
        ];
        let grouped = names(&group(&packages, None));
        assert_eq!(grouped[grouped.len() - 3..], ["torch: torch", "unheard-of: unheard-of", "app: app"]);
        assert_eq!(names(&group(&packages, Some(1))), ["group 1: scipy torch unheard-of", "project: app"]);
    }

    #[test]
    fn a_package_keeps_its_group_whatever_is_beside_it() {
        let few = [wheel("flask", None), wheel("idna", None)];
        let many: Vec<_> = ["flask", "idna", "click", "jinja2"].map(|name| wheel(name, None)).into();
        let place = |packages: &[Chosen], name: &str| {
            group(packages, None)
                .into_iter()
                .find(|group| group.packages.iter().any(|chosen| chosen.name.as_str() == name))
                .unwrap()
                .name
        };
        for name in ["flask", "idna"] {
            assert_eq!(place(&few, name), place(&many, name));
        }
    }
}

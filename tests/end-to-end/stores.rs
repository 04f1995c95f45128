//! The same image on the containerd store, where layers are merged, and on a classic graph driver, which has no
//! MergeOp, so that files are copied: compared file by file.

use wheelbase_tests::engine::Engine;
use wheelbase_tests::project::Project;

use crate::support::{flask, tree};

#[test]
fn merge_and_copy_give_the_same_files() {
    let (containerd, graph) = (Engine::main(), Engine::named("WHEELBASE_ENGINE_GRAPH"));
    let project = flask();
    let (merged, one) = tree(&containerd, &project, &[]);
    let (copied, two) = tree(&graph, &project, &[]);
    assert!(merged.named("merge").next().is_some(), "the containerd store merges");
    assert!(copied.named("merge").next().is_none(), "a graph driver does not");
    assert!(one.entries.len() > 1000);
    assert_eq!(one.differences(&two), Vec::<String>::new());
}

/// Paths that lie under a link, a sticky or a setgid directory of the base.
const AWKWARD: &str = r#"
//- app.toml
# syntax=wheelbase/wheelbase:0
from = "awkward"
dependencies = false
copy = [
  { src = "x", dest = "/bin/x" },
  { src = "x", dest = "/lib/x" },
  { src = "x", dest = "/var/run/x" },
  { src = "x", dest = "/tmp/x" },
  { src = "x", dest = "/srv/shared/deep/x", chown = "33:33" },
]
cmd = ["python3"]

[stages.awkward]
from = "python:3.13-slim"
run = ["mkdir -p /srv/shared && chown 33:33 /srv/shared && chmod 2775 /srv/shared"]
//- x
content
"#;

#[test]
fn links_and_special_directories_of_the_base_survive() {
    let (containerd, graph) = (Engine::main(), Engine::named("WHEELBASE_ENGINE_GRAPH"));
    let project = Project::new(AWKWARD);
    let (_, merged) = tree(&containerd, &project, &[]);
    let (_, copied) = tree(&graph, &project, &[]);
    assert_eq!(merged.differences(&copied), Vec::<String>::new());

    let entry = |path: &str| merged.entries.get(path).unwrap_or_else(|| panic!("{path} is missing"));
    for link in ["bin", "lib", "var/run"] {
        assert_eq!(entry(link).kind, "link", "{link}");
    }
    for file in ["usr/bin/x", "usr/lib/x", "run/x", "tmp/x", "srv/shared/deep/x"] {
        assert_eq!(entry(file).kind, "file", "{file}");
    }
    assert_eq!(entry("tmp").mode, 0o1777);
    let shared = entry("srv/shared");
    assert_eq!((shared.mode, shared.uid, shared.gid), (0o2775, 33, 33));
}

//! Two builds, nothing cached, one digest.

use wheelbase_tests::engine::Engine;
use wheelbase_tests::project::Project;

use crate::support::{flask, installs, oci};

#[test]
fn an_app_comes_out_the_same() {
    same_twice(&flask());
}

#[test]
fn an_app_with_system_packages_comes_out_the_same() {
    let project = flask();
    project.edit("app.toml", "cmd = ", "packages = [\"libpq5\"]\ncmd = ");
    same_twice(&project);
}

#[test]
fn an_app_with_packages_of_alpine_comes_out_the_same() {
    same_twice(&Project::new(ALPINE));
}

const ALPINE: &str = r#"
//- app.toml
# syntax=wheelbase/wheelbase:0
from = "python:3.9-alpine"
packages = ["libpq"]
copy = []
cmd = ["python"]
//- requirements.txt
markupsafe==3.0.2
"#;

fn same_twice(project: &Project) {
    let engine = Engine::main();
    let folder = tempfile::TempDir::new().unwrap();
    let digests = [1, 2].map(|round| {
        let outcome = oci(&engine, project, folder.path(), &["--no-cache"]);
        let ran = outcome.ran();
        assert!(!installs(&ran).is_empty(), "round {round} installed nothing: {ran:?}");
        if project.file("app.toml").exists()
            && std::fs::read_to_string(project.file("app.toml")).unwrap().contains("packages")
        {
            assert!(ran.iter().any(|step| step.contains("packages")), "round {round}: {ran:?}");
        }
        outcome.digest().to_owned()
    });
    assert_eq!(digests[0], digests[1]);
}

//! Two builds, nothing cached, one digest.

use wheelbase_tests::project::Project;

use crate::support::{flask, same_twice};

#[test]
fn an_app_comes_out_the_same() {
    same_twice(&flask(), &[], &[" install "]);
}

#[test]
fn an_app_with_system_packages_comes_out_the_same() {
    let project = flask();
    project.edit("app.toml", "cmd = ", "packages = [\"libpq5\"]\ncmd = ");
    same_twice(&project, &[], &[" install ", "packages"]);
}

#[test]
fn an_app_with_packages_of_alpine_comes_out_the_same() {
    same_twice(&Project::new(ALPINE), &[], &[" install ", "packages"]);
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

//! What is other where the C library is musl and the shell is busybox's.

use wheelbase_tests::project::Project;

use crate::support::prints;

/// There is a wheel of this one for musl, but it is to be compiled.
const COMPILED: &str = r#"
//- app.toml
# syntax=wheelbase/wheelbase:0
from = "python:3.9-alpine"
dependencies = { no-binary = ["markupsafe"] }
writable = ["instance/"]
copy = ["app.py"]
cmd = ["python", "app.py"]

[stages.wheels]
from = "python:3.9-alpine"
packages = ["build-base"]
//- requirements.txt
markupsafe==2.1.5
//- app.py
import os
from markupsafe import _speedups

with open("instance/file", "w") as file:
    file.write("written")
print(_speedups.escape("<"), os.getuid(), os.path.exists("/usr/bin/gcc"))
"#;

#[test]
fn what_is_compiled_in_the_stage_of_wheels_runs_without_the_compiler() {
    let (outcome, printed) = prints(&Project::new(COMPILED), "alpine-compiled", &[]);
    assert_eq!(printed, "&lt; 10001 False\n");
    assert_eq!(outcome.named("build markupsafe 2.1.5").count(), 1);
    assert_eq!(outcome.named("[wheels] packages build-base").count(), 1);
}

const UV: &str = r#"
//- app.toml
# syntax=wheelbase/wheelbase:0
from = "python:3.9-alpine"
dependencies = { file = "requirements.txt", mode = "uv" }
copy = []
cmd = ["python", "-c", "from markupsafe import _speedups; print(_speedups.escape('<'))"]
//- requirements.txt
markupsafe==2.1.5
"#;

#[test]
fn uv_installs_wheels_for_musl() {
    let (outcome, printed) = prints(&Project::new(UV), "alpine-uv", &[]);
    assert_eq!(printed, "&lt;\n");
    assert_eq!(outcome.named("install with uv").count(), 1);
}

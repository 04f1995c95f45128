//! Dependencies that are commits of repositories, from a server on this machine.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;
use wheelbase_tests::build::Build;
use wheelbase_tests::engine::Engine;
use wheelbase_tests::image::Image;
use wheelbase_tests::project::Project;

/// A server of git's own, gone with the value.
struct Daemon {
    process: Child,
    folder: TempDir,
    port: u16,
}

impl Daemon {
    fn start() -> Self {
        let folder = TempDir::new().unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let process = Command::new("git")
            .args(["daemon", "--export-all", "--reuseaddr", "--listen=127.0.0.1"])
            .arg(format!("--port={port}"))
            .arg(format!("--base-path={}", folder.path().display()))
            .arg(folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self { process, folder, port }
    }

    /// Puts a repository there, and gives its URL and the commit.
    fn publish(&self, project: &Project) -> (String, String) {
        let git = |args: &[&str]| git(project.path(), args);
        git(&["init", "--quiet", "--initial-branch=main"]);
        git(&["add", "--all"]);
        git(&["commit", "--quiet", "--message=first"]);
        let bare = self.folder.path().join("greeting.git");
        git(&["clone", "--quiet", "--bare", ".", &bare.display().to_string()]);
        let commit = git(&["rev-parse", "HEAD"]);
        (format!("git://127.0.0.1:{}/greeting.git", self.port), commit.trim().to_owned())
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // `git daemon` is a child of `git`, in the same process group only if that was asked for.
        let _ = Command::new("pkill").arg("-P").arg(self.process.id().to_string()).status();
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn git(folder: &Path, args: &[&str]) -> String {
    let output = Command::new("git")
        .current_dir(folder)
        .args(["-c", "user.name=A", "-c", "user.email=a@example.com"])
        .args(args)
        .output()
        .unwrap();
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

const PACKAGE: &str = r#"
//- lib/pyproject.toml
[project]
name = "greeting"
version = "1.0"
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[tool.hatch.build.targets.wheel]
packages = ["greeting"]
//- lib/greeting/__init__.py
TEXT = "hello from a commit"
"#;

const APP: &str = r#"
//- app.toml
# syntax=wheelbase/wheelbase:0
python = "3.13"
copy = []
cmd = ["python", "-c", "import greeting; from importlib.metadata import distribution as d; print(greeting.TEXT); print(d('greeting').read_text('direct_url.json'))"]
//- uv.lock
version = 1
revision = 3
requires-python = ">=3.13"

[[package]]
name = "app"
version = "1"
source = { virtual = "." }
dependencies = [{ name = "greeting" }]

[[package]]
name = "greeting"
version = "1.0"
source = { git = "URL?subdirectory=lib&rev=main#COMMIT" }
"#;

#[test]
fn a_commit_is_built_and_says_where_it_comes_from() {
    let engine = Engine::main();
    let server = Daemon::start();
    let (url, commit) = server.publish(&Project::new(PACKAGE));
    let project = Project::new(&APP.replace("URL", &url).replace("COMMIT", &commit));
    let image = Image::new(&engine, "git");
    let tag = image.tag();
    let outcome = Build::new(&engine, &project).args(["--load", "--tag", tag]).succeed();
    assert_eq!(outcome.named(&format!("fetch {url} {commit}")).count(), 1);
    let printed = engine.docker(&["run", "--rm", tag]);
    let (text, origin) = printed.split_once('\n').unwrap();
    assert_eq!(text, "hello from a commit");
    let origin: serde_json::Value = serde_json::from_str(origin).unwrap();
    assert_eq!(origin["vcs_info"]["commit_id"], *commit);
    assert_eq!(origin["vcs_info"]["requested_revision"], "main");
    assert_eq!(origin["subdirectory"], "lib");

    // A commit is never another one: nothing is asked of the server again.
    drop(server);
    let again = Build::new(&engine, &project).succeed();
    assert!(again.ran().is_empty(), "{:?}", again.ran());
}

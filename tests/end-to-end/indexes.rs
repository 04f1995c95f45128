//! Indexes of one's own: opened by a secret that appears nowhere, replaced by a mirror.

use std::io::Read as _;
use std::path::Path;

use wheelbase_tests::build::{Build, Outcome};
use wheelbase_tests::engine::Engine;
use wheelbase_tests::project::Project;
use wheelbase_tests::server::Server;
use wheelbase_tests::wheel::Wheel;

const PASSWORD: &str = "correct-horse-battery-staple";

/// An index with two packages, `alpha`, which needs `beta`; files are at another path than pages.
fn index(engine: &Engine, credentials: Option<&str>) -> (Server, Wheel, Wheel) {
    let server = Server::start(engine, credentials);
    // Whoever knows a file by its checksum need not fetch it, so the files are those of this one server, and
    // of this run: another may have had the same port.
    let version = format!("1.{}.{}", server.url().rsplit(':').next().unwrap(), std::process::id());
    let (alpha, beta) = (Wheel::new("alpha", &version, &["beta"]), Wheel::new("beta", &version, &[]));
    for (name, wheel) in [("alpha", &alpha), ("beta", &beta)] {
        let Wheel { filename, bytes } = wheel;
        let sha256 = wheel.sha256();
        let page = format!("<a href=\"/files/{filename}#sha256={sha256}\">{filename}</a>");
        server.serve(&format!("/simple/{name}/"), page);
        server.serve(&format!("/files/{filename}"), bytes.clone());
    }
    (server, alpha, beta)
}

const APP: &str = r#"
//- app.toml
# syntax=wheelbase/wheelbase:0
python = "3.13"
cmd = ["python", "-c", "import alpha, beta; print(alpha.VERSION == beta.VERSION)"]
copy = []

[[index]]
name = "company"
url = "URL/simple"
secret = "company"
"#;

fn locked(server: &Server, wheels: [&Wheel; 2]) -> String {
    let url = server.url();
    let mut lock = "version = 1\nrevision = 3\nrequires-python = \">=3.13\"\n".to_owned();
    for (name, wheel, needs) in
        [("alpha", wheels[0], "dependencies = [{ name = \"beta\" }]"), ("beta", wheels[1], "")]
    {
        let version = wheel.filename.split('-').nth(1).unwrap();
        let (file, sha256) = (&wheel.filename, wheel.sha256());
        lock += &format!(
            "\n[[package]]\nname = \"{name}\"\nversion = \"{version}\"\nsource = {{ registry = \"{url}/simple\" }}\n\
             {needs}\nwheels = [{{ url = \"{url}/files/{file}\", hash = \"sha256:{sha256}\" }}]\n"
        );
    }
    lock + "\n[[package]]\nname = \"app\"\nversion = \"1\"\nsource = { virtual = \".\" }\n\
            dependencies = [{ name = \"alpha\" }]\n"
}

/// Builds with the secret into an archive with everything that is known of the build in its provenance, and reads
/// all bytes that came out of it.
fn everything(engine: &Engine, project: &Project, secret: &str) -> (Outcome, Vec<u8>) {
    let folder = tempfile::TempDir::new().unwrap();
    let archive = folder.path().join("image.tar");
    let file = project.file("secret");
    std::fs::write(&file, secret).unwrap();
    let outcome = Build::new(engine, project)
        .arg("--provenance=mode=max")
        .arg(format!("--secret=id=company,src={}", file.display()))
        .arg(format!("--output=type=oci,dest={}", archive.display()))
        .run();
    let bytes = if outcome.success { contents(&archive) } else { vec![] };
    (outcome, bytes)
}

/// All files of an OCI archive; layers are unpacked.
fn contents(archive: &Path) -> Vec<u8> {
    let mut all = vec![];
    let mut archive = tar::Archive::new(std::fs::File::open(archive).unwrap());
    for entry in archive.entries().unwrap() {
        let mut bytes = vec![];
        entry.unwrap().read_to_end(&mut bytes).unwrap();
        if bytes.starts_with(&[0x1f, 0x8b]) {
            flate2::read::GzDecoder::new(bytes.as_slice()).read_to_end(&mut all).unwrap();
        } else {
            all.extend(bytes);
        }
    }
    all
}

/// The secret, as it is and as the header has it, is in nothing that a build leaves behind or says.
fn assert_nowhere(server: &Server, outcome: &Outcome, bytes: &[u8]) {
    let header = server.authorization().trim_start_matches("Basic ");
    let logs: String = outcome.logs.values().chain([&outcome.message]).cloned().collect();
    let names: String = outcome.steps.iter().map(|step| format!("{} {}\n", step.name, step.error)).collect();
    for secret in [PASSWORD, header] {
        assert!(!holds(bytes, secret), "the image or its provenance holds the secret");
        assert!(!logs.contains(secret) && !names.contains(secret), "the secret was printed");
    }
    assert!(bytes.is_empty() || holds(bytes, "alpha"), "what was searched is the whole");
}

fn holds(bytes: &[u8], text: &str) -> bool {
    memchr::memmem::find(bytes, text.as_bytes()).is_some()
}

#[test]
fn a_secret_opens_an_index_and_appears_nowhere() {
    let engine = Engine::main();
    let (server, alpha, beta) = index(&engine, Some(&format!("user:{PASSWORD}")));
    let locked = locked(&server, [&alpha, &beta]);
    for (file, content) in [("uv.lock", locked.as_str()), ("requirements.txt", "alpha\n")] {
        let project = Project::new(&APP.replace("URL", &server.url()));
        project.write(file, content);
        let (outcome, bytes) = everything(&engine, &project, server.authorization());
        assert!(outcome.success, "{file}: {}", outcome.message);
        assert_eq!(outcome.named("fetch alpha").count(), 1, "{file}");
        assert_nowhere(&server, &outcome, &bytes);
        // What is in the provenance is the real thing: the graph with the name of the secret.
        assert!(holds(&bytes, "http.authheadersecret"), "{file}: no graph in the provenance");
    }
    let files = server.requests();
    assert!(files.iter().any(|request| request.path.starts_with("/files/alpha") && request.authorized));
}

#[test]
fn one_step_of_uv_opens_the_index_too() {
    let engine = Engine::main();
    let (server, alpha, beta) = index(&engine, Some(&format!("user:{PASSWORD}")));
    let project = Project::new(&APP.replace("URL", &server.url()));
    project.edit("app.toml", "copy = []", "copy = []\ndependencies = { file = \"uv.lock\", mode = \"uv\" }");
    project.write("uv.lock", locked(&server, [&alpha, &beta]));
    let metadata = "[project]\nname = \"app\"\nversion = \"1\"\nrequires-python = \">=3.13\"\n";
    project.write("pyproject.toml", format!("{metadata}dependencies = [\"alpha\"]\n"));
    let (outcome, bytes) = everything(&engine, &project, server.authorization());
    assert!(outcome.success, "{}", outcome.message);
    assert_eq!(outcome.named("install with uv").count(), 1);
    assert_nowhere(&server, &outcome, &bytes);
    assert!(server.requests().iter().any(|file| file.path.starts_with("/files/beta") && file.authorized));
}

#[test]
fn a_wrong_secret_is_an_error_without_it() {
    let engine = Engine::main();
    let (server, alpha, beta) = index(&engine, Some(&format!("user:{PASSWORD}")));
    let project = Project::new(&APP.replace("URL", &server.url()));
    project.write("uv.lock", locked(&server, [&alpha, &beta]));
    let (outcome, _) = everything(&engine, &project, "Basic d3Jvbmc6d3Jvbmc=");
    assert!(!outcome.success);
    let failed: Vec<&str> =
        outcome.steps.iter().filter(|step| !step.error.is_empty()).map(|s| &*s.name).collect();
    assert!(failed.iter().any(|name| name.starts_with("fetch alpha")), "{failed:?}");
    assert!(outcome.message.contains(">>> secret = \"company\""), "{}", outcome.message);
    assert!(!outcome.message.contains("d3Jvbmc6d3Jvbmc"), "{}", outcome.message);

    project.write("requirements.txt", "alpha\n");
    std::fs::remove_file(project.file("uv.lock")).unwrap();
    let (outcome, _) = everything(&engine, &project, PASSWORD);
    assert!(!outcome.success);
    assert_nowhere(&server, &outcome, &[]);
    let logs: String = outcome.logs.values().cloned().collect();
    assert!(logs.contains("`company`") && logs.contains("`Authorization` header"), "{logs}");
}

/// A build backend that says all that it can see of how it was started, and fails.
const CURIOUS: &str = r#"
//- curious.py
import os, sys
def look(*rest):
    seen = ["env " + repr(dict(os.environ)), "stdin " + repr(sys.stdin.read())]
    process = os.getpid()
    while process:
        for name in "cmdline", "environ":
            seen.append(f"{name} {process} " + open(f"/proc/{process}/{name}", "rb").read().decode("ascii", "replace"))
        try:
            stdin = os.open(f"/proc/{process}/fd/0", os.O_RDONLY | os.O_NONBLOCK)
            seen.append(f"stdin {process} " + repr(os.read(stdin, 100_000)))
        except OSError as error:
            seen.append(str(error))
        process = int(open(f"/proc/{process}/stat").read().rpartition(")")[2].split()[1])
    raise RuntimeError("\n".join(line.replace("\0", " ") for line in seen))
get_requires_for_build_wheel = build_wheel = prepare_metadata_for_build_wheel = look
//- pyproject.toml
[project]
name = "hello"
version = "1"
[build-system]
requires = []
build-backend = "curious"
backend-path = ["."]
"#;

#[test]
fn what_builds_a_package_does_not_see_the_password_of_an_index() {
    let engine = Engine::main();
    let (server, _, _) = index(&engine, Some(&format!("user:{PASSWORD}")));
    let project = Project::new(&(APP.replace("URL", &server.url()) + CURIOUS));
    project.write("requirements.txt", "-e .\n");
    project.edit("app.toml", "copy = []", "copy = []\ndependencies = \"requirements.txt\"");
    for (step, version) in [("build hello", "version = \"1\""), ("resolve", "dynamic = [\"version\"]")] {
        project.edit("pyproject.toml", "version = \"1\"", version);
        let (outcome, bytes) = everything(&engine, &project, server.authorization());
        assert!(outcome.named(step).any(|step| !step.error.is_empty()), "{step}: {}", outcome.message);
        let logs: String = outcome.logs.values().cloned().collect();
        assert!(logs.contains("UV_CACHE_DIR") && logs.contains("--config-file /dev/stdin"), "{step}: {logs}");
        assert_nowhere(&server, &outcome, &bytes);
    }
}

#[test]
fn a_mirror_gives_the_same_files_from_elsewhere() {
    let engine = Engine::main();
    let (mirror, alpha, beta) = index(&engine, None);
    let project = Project::new(&APP.replace("URL", "https://nowhere.invalid"));
    project.edit("app.toml", "secret = \"company\"", &format!("mirror = \"{}\"", mirror.url()));
    project.edit("app.toml", "nowhere.invalid/simple", "nowhere.invalid");
    let lock = locked(&mirror, [&alpha, &beta]).replace(&mirror.url(), "https://nowhere.invalid");
    project.write("uv.lock", lock);
    Build::new(&engine, &project).succeed();
    assert_eq!(mirror.requests().iter().filter(|request| request.path.starts_with("/files/")).count(), 2);

    // The checksum is what the daemon knows a file by, so another way to it is no reason to fetch it again.
    let (other, _, _) = index(&engine, None);
    project.edit("app.toml", &mirror.url(), &other.url());
    Build::new(&engine, &project).succeed();
    assert!(other.requests().iter().all(|request| !request.path.starts_with("/files/")));
}

#[test]
fn an_index_of_the_project_is_asked_without_a_lock() {
    let engine = Engine::main();
    let app = APP.split("\n[[index]]").next().unwrap();
    let table = |server: &Server| {
        format!("\n[[tool.uv.index]]\nname = \"company\"\nurl = \"{}/simple\"\n", server.url())
    };
    let fetched = |server: &Server| {
        let requests = server.requests();
        requests.iter().filter(|request| request.path.starts_with("/files/")).count()
    };

    let (server, _, _) = index(&engine, None);
    let project = Project::new(app);
    let pyproject = "[project]\nname = \"app\"\nversion = \"1\"\ndependencies = [\"alpha\"]\n";
    project.write("pyproject.toml", format!("{pyproject}{}", table(&server)));
    Build::new(&engine, &project).succeed();
    assert!(fetched(&server) >= 2);

    let (server, _, _) = index(&engine, None);
    let project = Project::new(app);
    project.write("requirements.txt", "alpha\n");
    project.write("pyproject.toml", table(&server));
    Build::new(&engine, &project).succeed();
    assert!(fetched(&server) >= 2);
}

/// Two indexes have versions of the same packages, and each has what the other has not.
fn two_indexes(engine: &Engine) -> [(Server, Wheel, Wheel); 2] {
    let (first, second) = (index(engine, None), index(engine, None));
    // Of beta in the version of the first, the second has a file of its own and one with a local version.
    let version = first.2.filename.split('-').nth(1).unwrap().to_owned();
    let server = &second.0;
    let mut page = String::new();
    for version in [version.clone(), format!("{version}+local")] {
        let Wheel { filename, bytes } = Wheel::new("beta", &version, &["another"]);
        server.serve(&format!("/files/{filename}"), bytes);
        page += &format!("<a href=\"/files/{filename}\">{filename}</a>");
    }
    let own = &second.2;
    server.serve(&format!("/files/{}", own.filename), own.bytes.clone());
    page += &format!("<a href=\"/files/{0}#sha256={1}\">{0}</a>", own.filename, own.sha256());
    server.serve("/simple/beta/", page);
    [first, second]
}

fn pinned(name: &str, wheel: &Wheel) -> String {
    let version = wheel.filename.split('-').nth(1).unwrap();
    format!("{name}=={version} --hash=sha256:{}\n", wheel.sha256())
}

#[test]
fn checksums_are_looked_up_at_all_indexes_that_are_named() {
    let engine = Engine::main();
    let app = APP.split("\n[[index]]").next().unwrap();
    let app = app.replace("print(alpha.VERSION == beta.VERSION)", "print('imported')");
    for other in ["requirements.txt", "pyproject.toml", "uv.toml"] {
        for turned in [false, true] {
            let [first, second] = two_indexes(&engine);
            // alpha is that of the second, beta that of the first, wherever they are named.
            let lines = pinned("alpha", &second.1) + &pinned("beta", &first.2);
            let [mut one, mut two] = [&first.0, &second.0].map(|server| format!("{}/simple", server.url()));
            if turned {
                std::mem::swap(&mut one, &mut two);
            }
            let project = Project::new(&app);
            let option = format!("--index-url {one}\n");
            project.write(
                "requirements.txt",
                match other {
                    "requirements.txt" => format!("{option}--extra-index-url {two}\n{lines}"),
                    _ => format!("{option}{lines}"),
                },
            );
            match other {
                "pyproject.toml" => project.write(other, format!("[[tool.uv.index]]\nurl = \"{two}\"\n")),
                "uv.toml" => project.write(other, format!("extra-index-url = [\"{two}\"]\n")),
                _ => {}
            }
            let outcome = Build::new(&engine, &project).succeed();
            assert_eq!(outcome.named("look up").count(), 1, "{other} {turned}");
            let fetched = |server: &Server, wheel: &Wheel| {
                let path = format!("/files/{}", wheel.filename);
                server.requests().iter().any(|request| request.path == path)
            };
            assert!(fetched(&second.0, &second.1) && fetched(&first.0, &first.2), "{other} {turned}");
        }
    }
}

#[test]
fn one_step_of_uv_asks_the_indexes_of_the_project_too() {
    let engine = Engine::main();
    let app = APP.split("\n[[index]]").next().unwrap();
    for (file, text) in [
        ("pyproject.toml", "[[tool.uv.index]]\nurl = \"URL/simple\"\n"),
        ("uv.toml", "extra-index-url = [\"URL/simple\"]\n"),
    ] {
        let (server, _, _) = index(&engine, None);
        let project = Project::new(app);
        let mode = "copy = []\ndependencies = { file = \"requirements.txt\", mode = \"uv\" }";
        project.edit("app.toml", "copy = []", mode);
        project.write("requirements.txt", "alpha\n");
        project.write(file, text.replace("URL", &server.url()));
        let outcome = Build::new(&engine, &project).succeed();
        assert_eq!(outcome.named("install with uv").count(), 1, "{file}");
        assert!(server.requests().iter().any(|request| request.path.starts_with("/files/beta")), "{file}");
    }
}

//! One app of each lock format, and workspaces: what a lock says is what is in the image.

use std::collections::{BTreeMap, BTreeSet};

use wheelbase_tests::build::{Build, Outcome};
use wheelbase_tests::engine::{Engine, repository};
use wheelbase_tests::image::Image;
use wheelbase_tests::project::Project;

use crate::cache::work;

const LIST: &str = r#"
# syntax=wheelbase/wheelbase:0
python = "3.13"
copy = []
cmd = ["python", "-c", "import importlib.metadata as m; print(*sorted(f'{d.name.lower()} {d.version}' for d in m.distributions(path=['/opt/venv/lib/python3.13/site-packages'])), sep='\\n')"]
"#;

/// The packages in the image of a project of `tests/golden/locks`.
fn packages(lock: &str) -> String {
    let engine = Engine::main();
    let project = Project::copy_of(&repository().join("tests/golden/locks").join(lock));
    if lock.starts_with("pipfile") {
        // Pipenv locks for one Python; nothing in this lock depends on which.
        project.edit("Pipfile.lock", "\"python_version\": \"3.12\"", "\"python_version\": \"3.13\"");
    }
    project.write("app.toml", LIST.trim_start());
    let image = Image::new(&engine, &lock.replace('/', "-"));
    let tag = image.tag();
    Build::new(&engine, &project).args(["--load", "--tag", tag]).succeed();
    engine.docker(&["run", "--rm", tag])
}

/// What every one of the small projects needs, in the versions of that day.
const SMALL: &str = "blinker 1.9.0\nclick 8.5.1\nflask 3.1.3\ngreenlet 3.5.6\nitsdangerous 2.2.0\njinja2 3.1.6\n\
                     markupsafe 3.0.4\nwerkzeug 3.1.9\n";

#[test]
fn uv_lock() {
    assert_eq!(packages("uv/small"), SMALL);
}

#[test]
fn poetry_lock() {
    assert_eq!(packages("poetry/small"), SMALL);
}

#[test]
fn commands_of_a_project_with_poetry_lock_work() {
    let engine = Engine::main();
    let project = Project::copy_of(&repository().join("tests/golden/locks/poetry/small"));
    project.write(
        "pyproject.toml",
        "[project]\nname = \"shop\"\nversion = \"1\"\ndescription = \"\"\ndependencies = [\"flask\"]\n\
         [project.scripts]\nshop = \"shop:main\"\n\
         [build-system]\nrequires = [\"flit_core>=3\"]\nbuild-backend = \"flit_core.buildapi\"\n",
    );
    project.write("shop.py", "import flask\n\ndef main():\n    print(\"open\")\n");
    project.write("app.toml", "# syntax=wheelbase/wheelbase:0\npython = \"3.13\"\n");
    let image = Image::new(&engine, "poetry-commands");
    let tag = image.tag();
    Build::new(&engine, &project).args(["--load", "--tag", tag]).succeed();
    let printed = engine.docker(&["run", "--rm", tag]);
    assert_eq!(printed, "open\n");
}

#[test]
fn pdm_lock() {
    assert_eq!(packages("pdm/small"), SMALL);
}

#[test]
fn pipfile_lock() {
    assert_eq!(packages("pipfile/small"), SMALL);
}

#[test]
fn requirements_with_hashes() {
    assert_eq!(packages("requirements/small"), SMALL);
}

#[test]
fn pylock() {
    let printed = packages("pylock/uv");
    let expected = include_str!("../golden/locks/expected/pylock-uv-pylock.toml.json");
    let expected: serde_json::Value = serde_json::from_str(expected).unwrap();
    let expected: Vec<&str> = (expected["cases"][0]["packages"].as_array().unwrap().iter())
        .map(|package| package.as_str().unwrap().rsplit_once(' ').unwrap().0)
        .collect();
    let printed = printed.replace('_', "-");
    let printed: BTreeSet<&str> = printed.lines().collect();
    assert_eq!(printed, expected.into_iter().collect());
}

#[test]
fn a_pylock_of_another_python_is_refused_package_by_package() {
    let project = Project::copy_of(&repository().join("tests/golden/locks/pylock/pip"));
    project.write("app.toml", LIST.trim_start());
    let message = Build::new(&Engine::main(), &project).fail().message;
    let refusal = "`numpy 2.5.5` has no wheel for cpython 3.13 on glibc 2.41 x86_64: the lock has wheels for cp312 only";
    assert!(message.contains(refusal) && message.contains("`pandas 3.1.1`"), "{message}");
}

/// A workspace of three: `shared`, a library with most of what there is, and two services that need it. The library has
/// a file of its own for each test and each run, so that no other test builds it at the same time.
fn workspace() -> Project {
    let project = Project::copy_of(&repository().join("tests/end-to-end/projects/workspace"));
    project.write("shared/src/shared/note.txt", project.path().display().to_string());
    project
}

/// A service of a test's workspace, built.
struct Service {
    outcome: Outcome,
    layers: Vec<String>,
    history: String,
    printed: String,
}

impl Service {
    fn build(engine: &Engine, test: &str, project: &Project, name: &str) -> Self {
        let image = Image::new(engine, &format!("workspace-{test}-{name}"));
        let tag = image.tag();
        let file = project.file(&format!("{name}.toml")).display().to_string();
        let args = ["--file", &file, "--load", "--tag", tag];
        let outcome = Build::of(engine, project.path()).args(args).succeed();
        let layers = engine.docker(&["image", "inspect", "--format", "{{json .RootFS.Layers}}", tag]);
        Self {
            outcome,
            layers: serde_json::from_str(&layers).unwrap(),
            history: engine.docker(&["history", "--no-trunc", "--format", "{{.CreatedBy}}", tag]),
            printed: engine.docker(&["run", "--rm", tag]),
        }
    }

    /// What there is to know when layers are not those that they should be.
    fn report(&self) -> String {
        let Self { outcome, layers, history, .. } = self;
        let steps: Vec<_> =
            outcome.steps.iter().map(|step| (&step.name, &step.digest, step.cached)).collect();
        format!(
            "layers, oldest first: {layers:#?}\nwhat made them, newest first:\n{history}steps: {steps:#?}"
        )
    }
}

#[test]
fn members_of_a_workspace_share_groups() {
    let engine = Engine::main();
    let project = workspace();
    let api = Service::build(&engine, "groups", &project, "api");
    assert_eq!(api.printed, "api shared\n");
    assert_eq!(api.outcome.named("build shared").count(), 1);
    let worker = Service::build(&engine, "groups", &project, "worker");
    assert_eq!(worker.printed, "worker shared\n");
    let ran = worker.outcome.ran();
    assert!(ran.iter().all(|step| !step.contains("build ")), "{ran:?}");

    let own = |one: &Service, other: &Service| {
        one.layers.iter().filter(|layer| !other.layers.contains(layer)).count()
    };
    // Each has its own files, and groups with what only it needs (one package here, and two there, one of which has
    // fallen into a third group). The base, the environment, the other groups and the library are the same.
    let own = (own(&api, &worker), own(&worker, &api));
    assert_eq!(own, (4, 4), "api: {}\nworker: {}", api.report(), worker.report());
    assert!(api.layers.len() >= 4 + 4, "{:?}", api.layers);
}

#[test]
fn another_member_or_group_moves_nothing() {
    let engine = Engine::main();
    let project = workspace();
    let first = Service::build(&engine, "members", &project, "worker").outcome;

    project.edit("api/api.py", "api", "another");
    // Another version of what only the other service needs, and of what only tests need.
    project.edit("uv.lock", "name = \"structlog\"\nversion = \"", "name = \"structlog\"\nversion = \"1");
    project.edit("uv.lock", "name = \"iniconfig\"\nversion = \"", "name = \"iniconfig\"\nversion = \"1");
    project.edit(
        "shared/pyproject.toml",
        "[build-system]",
        "[tool.ruff]\nline-length = 99\n\n[build-system]",
    );
    let second = Service::build(&engine, "members", &project, "worker").outcome;
    let installed = |outcome: &Outcome| {
        let steps = outcome.steps.iter().filter(|step| step.name.contains(" install "));
        steps.map(|step| (step.name.clone(), step.digest.clone())).collect::<BTreeMap<_, _>>()
    };
    // The library's own files have changed, so it is built again; the same wheel comes out, and nothing else moves.
    let (before, after) = (installed(&first), installed(&second));
    let moved: Vec<&String> = after.keys().filter(|name| before.get(*name) != after.get(*name)).collect();
    assert_eq!(moved, ["[app] install shared"]);
    let expected = ["[wheels] build shared 1", "[wheels] sources of shared"];
    assert!(work(&second).iter().all(|step| expected.contains(step)), "{:?}", second.ran());
}

//! What the helper's steps depend on, and how they are told what to do.

use buildkit_llb::{Fs, definition, sha256};
use buildkit_proto::pb::{self, op::Op};
use prost::Message as _;
use wheelbase::driver::images;
use wheelbase_helper::contract::ResolveRequest;

use crate::daemon::Daemon;
use crate::environment;
use crate::examples::{Example, examples};

/// The example whose requirements are not locked.
fn example() -> Example {
    examples().into_iter().find(|example| example.name == "flask-requirements").unwrap()
}

/// The description of the example with one more line.
fn description(line: &str) -> String {
    let text = std::fs::read_to_string(example().folder.join("app.toml")).unwrap();
    let (syntax, rest) = text.split_once('\n').unwrap();
    format!("{syntax}\n{line}\n{rest}")
}

fn daemon(line: &str) -> Daemon {
    Daemon::of(&example()).file("app.toml", description(line))
}

/// A step of the helper.
struct Step {
    digest: String,
    exec: pb::ExecOp,
    request: String,
}

/// The steps of an image that run one command of the helper.
async fn steps(daemon: Daemon, command: &str) -> Vec<Step> {
    let built = images(daemon, environment(&example(), "amd64")).await.unwrap();
    let Fs::Output(output) = &built.images[0].fs else { panic!("an image has files") };
    let definition = definition(output);
    let ops: Vec<(String, pb::Op)> =
        definition.def.iter().map(|op| (sha256(op), pb::Op::decode(op.as_slice()).unwrap())).collect();
    let step = |(digest, op): &(String, pb::Op)| {
        let Some(Op::Exec(exec)) = &op.op else { return None };
        let [_, name, argument] = exec.meta.as_ref()?.args.as_slice() else { return None };
        let request = match argument.strip_prefix('@') {
            None => argument.clone(),
            Some(path) => file(&ops, op, exec, path),
        };
        (name == command).then(|| Step { digest: digest.clone(), exec: exec.clone(), request })
    };
    ops.iter().filter_map(step).collect()
}

/// The text of a file that is made for a step and mounted into it.
fn file(ops: &[(String, pb::Op)], op: &pb::Op, exec: &pb::ExecOp, path: &str) -> String {
    let mount = exec.mounts.iter().find(|mount| mount.dest == path).unwrap();
    assert!(mount.readonly && mount.selector == path, "{mount:?}");
    let input = &op.inputs[usize::try_from(mount.input).unwrap()];
    let (_, made) = ops.iter().find(|(digest, _)| *digest == input.digest).unwrap();
    let Some(Op::File(made)) = &made.op else { panic!("{path} is no file that is made") };
    match &made.actions[0].action {
        Some(pb::file_action::Action::Mkfile(file)) => {
            assert_eq!((file.path.as_str(), file.mode), (path, 0o644));
            String::from_utf8(file.data.clone()).unwrap()
        }
        other => panic!("{other:?}"),
    }
}

async fn request(daemon: Daemon) -> ResolveRequest {
    let step = steps(daemon, "resolve").await.remove(0);
    serde_json::from_str(&step.request).unwrap()
}

fn environment_of(step: &Step) -> &[String] {
    &step.exec.meta.as_ref().unwrap().env
}

#[tokio::test]
async fn a_resolution_does_without_system_packages() {
    let resolved = |daemon| async { steps(daemon, "resolve").await.remove(0).digest };
    let plain = resolved(daemon("")).await;
    assert_eq!(plain, resolved(daemon("packages = [\"libpq5\"]")).await);
    // What certificates are trusted, and what has to be built, may be up to the packages.
    assert_ne!(plain, resolved(daemon("packages = [\"ca-certificates\"]")).await);
    let repository = |line| {
        let url = "git+https://git.example/own.git@0123456789abcdef0123456789abcdef01234567";
        daemon(line).file("requirements.txt", format!("own @ {url}\nflask\n"))
    };
    assert_ne!(resolved(repository("")).await, resolved(repository("packages = [\"git\"]")).await);
}

#[tokio::test]
async fn what_must_be_a_wheel_and_what_must_not_is_part_of_a_resolution() {
    let daemon = daemon("dependencies = { only-binary = [\"Flask\", \":all:\"], no-binary = [\"blinker\"] }")
        .file("requirements.txt", "--only-binary jinja2\nflask\n".to_owned());
    let request = self::request(daemon).await;
    assert_eq!(request.only_binary, [":all:", "flask", "jinja2"]);
    assert_eq!(request.no_binary, ["blinker"]);

    // What is named by its sources is built all the same.
    let daemon = self::daemon("dependencies = { only-binary = [\":all:\", \"own\"] }")
        .file("requirements.txt", "./own\nflask\n".to_owned())
        .file("own/pyproject.toml", "[project]\nname = \"Own\"\ndynamic = [\"version\"]\n".to_owned());
    let request = self::request(daemon).await;
    assert_eq!((request.only_binary, request.no_binary), (vec![":all:".into()], vec!["own".into()]));
}

#[tokio::test]
async fn long_requests_are_files() {
    let constraints: String = (0..10_000).map(|number| format!("package-{number}<2\n")).collect();
    let with = |constraints: &str| {
        let requirements = "flask\n-c constraints.txt\n".to_owned();
        daemon("").file("requirements.txt", requirements).file("constraints.txt", constraints.to_owned())
    };
    let request = |text: &str| serde_json::from_str::<ResolveRequest>(text).unwrap();
    for (constraints, number) in [("werkzeug<4\n", 1), (constraints.as_str(), 10_000)] {
        let step = steps(with(constraints), "resolve").await.remove(0);
        assert_eq!(request(&step.request).constraints.len(), number);
        let argument = &step.exec.meta.as_ref().unwrap().args[2];
        assert_eq!(argument.starts_with('@'), number > 1);
        assert!(argument.len() < 128 << 10);
    }
}

#[tokio::test]
async fn interpreters_find_their_libraries() {
    let variable = "LD_LIBRARY_PATH=/opt/python/lib";
    for command in ["install", "resolve"] {
        for step in steps(daemon("").variable(variable), command).await {
            let runs_python = command == "resolve" || step.request.contains("compile_with");
            let env = environment_of(&step);
            assert_eq!(env.iter().any(|known| known == variable), runs_python, "{command}: {env:?}");
            assert!(!env.iter().any(|known| known.starts_with("PYTHON")), "{command}: {env:?}");
        }
    }
}

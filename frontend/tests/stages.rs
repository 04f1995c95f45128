//! Stages from the description to plan, graph and configuration, with facts from literals.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod support;

use buildkit_llb::{Fs, Platform, definition, dump};
use serde_json::{Value, json};
use wheelbase::image::ImageConfig;
use wheelbase::plan::prepare;
use wheelbase_helper::contract::{Directory, DirectoryLink, Facts, Group, Interpreter, User};

use support::{World, described, plain};

/// What a Debian with Python looks like.
fn debian() -> Facts {
    let user = |name: &str, number, home: &str| User {
        name: name.to_owned(),
        uid: number,
        gid: number,
        home: home.to_owned(),
    };
    let group = |name: &str, gid| Group { name: name.to_owned(), gid };
    let link = |path: &str, to: &str| DirectoryLink { path: path.to_owned(), to: to.to_owned() };
    let directory = |path: &str, mode| Directory { path: path.to_owned(), mode, uid: 0, gid: 0 };
    Facts {
        interpreter: Some(Interpreter {
            path: "/usr/local/bin/python3.13".to_owned(),
            implementation: "cpython".to_owned(),
            version: "3.13.5".to_owned(),
            abi_flags: String::new(),
            machine: "x86_64".to_owned(),
            from_packages: false,
        }),
        users: vec![
            user("root", 0, "/root"),
            user("www-data", 33, "/var/www"),
            user("node", 1000, "/home/node"),
        ],
        groups: vec![group("root", 0), group("staff", 50), group("www-data", 33)],
        directories: vec![directory("/root", 0o700), directory("/tmp", 0o1777)],
        directory_links: vec![link("/bin", "/usr/bin"), link("/lib", "/usr/lib"), link("/var/run", "/run")],
        ..plain()
    }
}

/// What a build finds out, and what comes of it.
struct Build {
    world: World,
    description: String,
}

/// What a description comes to.
struct Built {
    /// The stages of the plan, by name.
    stages: serde_json::Map<String, Value>,
    /// The stages that the target waits for.
    gates: Value,
    /// The stages whose bases were looked at.
    looked_at: Vec<String>,
    graph: String,
    config: Value,
}

impl Built {
    #[track_caller]
    fn at(&self, path: &str) -> Value {
        let (stage, rest) = path.split_once('/').unwrap();
        self.stages[stage].pointer(&format!("/{rest}")).cloned().unwrap_or_default()
    }
}

fn build(description: &str) -> Build {
    let mut world = World::new(Platform::linux("amd64"));
    let config = |text: &str| ImageConfig::parse(text.as_bytes()).unwrap();
    let python =
        config(r#"{"config":{"Env":["PATH=/usr/local/bin:/usr/bin:/bin","LANG=C"],"Cmd":["python3"]}}"#);
    world.images.insert("python:3.13-slim".to_owned(), python);
    let node = r#"{"config":{"User":"","Entrypoint":["entry.sh"],"Cmd":["node"],"WorkingDir":"/srv"}}"#;
    world.images.insert("node:22".to_owned(), config(node));
    let own = r#"{"config":{"Env":["PATH=/opt/python/bin:/bin"],"User":"node","StopSignal":"SIGQUIT"}}"#;
    world.images.insert("own".to_owned(), config(own));
    Build { world, description: description.to_owned() }
}

impl Build {
    fn target(mut self, target: &str) -> Self {
        target.clone_into(&mut self.world.target);
        self
    }

    fn ignoring(mut self, patterns: &[&str]) -> Self {
        self.world.ignored = patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
        self
    }

    /// The plan as the driver comes to it, or what is wrong.
    fn try_made(mut self) -> Result<Built, String> {
        let (files, spec) = described(&self.description);
        let mut looked_at = vec![];
        loop {
            let shown = |errors: Vec<wheelbase::diag::Diagnostic>| errors[0].render(&files);
            let (plans, _) = prepare(&self.world.ingredients(&spec)).into_result().map_err(shown)?;
            if plans.is_empty() {
                break;
            }
            for (stage, plan) in plans {
                let request = &plan.stages.last().unwrap().facts.as_ref().unwrap().request;
                let interpreter = debian().interpreter.filter(|_| !request.path.is_empty());
                self.world.facts.entry(stage.clone()).or_insert(Facts { interpreter, ..debian() });
                looked_at.push(stage);
            }
        }
        let plan = self.world.plan(&spec, &files)?;
        let images = ["python:3.13-slim", "node:22", "own", "python:3.13", "python:3.12-slim"];
        let lowered = self.world.lower(&plan, &files, &images, &images);
        let graph = match &lowered.fs {
            Fs::Output(output) => dump(&definition(output)),
            Fs::Scratch => String::new(),
        };
        let ingredients = self.world.ingredients(&spec);
        let chain = ingredients.chain(&self.world.target);
        let bottom = ingredients.base(chain.last().unwrap());
        let start = match bottom {
            wheelbase::plan::Base::Source(image) => self.world.images.get(&image).cloned(),
            _ => None,
        };
        let start = start.unwrap_or_else(ImageConfig::scratch);
        let changed = |config: ImageConfig, stage: &String| config.with(&ingredients.image_changes(stage));
        let config = chain.iter().rev().fold(start, changed);
        let config: Value = serde_json::from_slice(&config.to_json()).unwrap();
        let plan = serde_json::to_value(&plan).unwrap();
        let stages = plan["stages"].as_array().unwrap().iter();
        let stages =
            stages.map(|stage| (stage["name"].as_str().unwrap().to_owned(), stage.clone())).collect();
        Ok(Built { stages, gates: plan["gates"].clone(), looked_at, graph, config: config["config"].clone() })
    }

    #[track_caller]
    fn made(self) -> Built {
        self.try_made().unwrap_or_else(|errors| panic!("{errors}"))
    }
}

/// The codes of what is wrong with a description.
fn wrong(description: &str) -> Vec<&'static str> {
    let file = wheelbase::text::Files::default().add("app.toml", description);
    let spec = wheelbase::spec::parse(&file, &std::collections::BTreeMap::new());
    spec.diagnostics().iter().map(|diagnostic| diagnostic.code).collect()
}

const NOTHING: &str = "dependencies = false\ncopy = []\n";

#[test]
fn any_stage_may_be_a_gate() {
    let lint = "\n[stages.lint]\nfrom = \"node:22\"\nrun = [\"lint\"]\ngate = true\n";
    let test = "\n[stages.test]\nrun = [\"pytest\"]\ngate = true\n";
    let worker = "\n[stages.worker]\nfrom = \"app\"\n[stages.other]\nfrom = \"node:22\"\n";
    let text = format!("{NOTHING}{lint}{test}{worker}");
    let gates = |target: &str| build(&text).target(target).made().gates;
    assert_eq!(gates("app"), json!(["lint", "test"]));
    assert_eq!(gates("worker"), json!(["lint", "test"]));
    for target in ["lint", "test", "other"] {
        assert_eq!(gates(target), Value::Null, "{target}");
    }
    let graph = build(&text).made().graph;
    assert!(graph.contains("wait for lint") && graph.contains("wait for test"), "{graph}");
}

#[test]
fn what_a_pattern_matches_keeps_its_name_in_a_directory() {
    let built = build(
        "dependencies = false\ncopy = [\"*.py\", \"conf/*.ini\", { src = \"web/*\", dest = \"static\" }, \
         { src = \"packages/*/\", dest = \"all\" }]\n",
    )
    .made();
    let place = |index: usize| built.at(&format!("app/copies/{index}/place/path"));
    assert_eq!((place(0), place(1)), (json!("/app/"), json!("/app/conf/")));
    assert_eq!((place(2), place(3)), (json!("/app/static/"), json!("/app/all/")));
    assert_eq!(built.at("app/copies/2/by_name"), json!(true));
    assert_eq!(built.at("app/copies/3/by_name"), Value::Null);
    assert_eq!(wrong("copy = [\"src/**/*.py\"]"), ["bad-pattern"]);
}

#[test]
fn a_user_by_name_is_the_bases_own() {
    let web = "[stages.web]\nfrom = \"node:22\"\n";
    let user = |user: &str| {
        let text = format!("{NOTHING}{web}user = \"{user}\"\n");
        build(&text).target("web").made().config["User"].clone()
    };
    assert_eq!(user("node"), json!("1000:1000"));
    assert_eq!(user("node:staff"), json!("1000:50"));
    assert_eq!(user("root"), json!("0:0"));
    assert_eq!(user("1234"), json!("1234"));
    // A step of its own may make it.
    assert_eq!(user("somebody"), json!("somebody"));
    let plain = build(&format!("{NOTHING}{web}user = \"node\"\n")).target("web").made();
    assert_eq!((plain.looked_at, plain.stages["web"].get("facts")), (vec!["web".to_owned()], None));
    // Who needs no names is not looked at.
    let untouched = build(&format!("{NOTHING}{web}")).target("web").made();
    assert_eq!((untouched.looked_at, &untouched.config["User"]), (vec![], &json!("")));
    // Nothing has no users.
    let text = format!("{NOTHING}[stages.web]\nfrom = \"scratch\"\nuser = \"node\"\ncopy = [\"web\"]\n");
    assert_eq!(build(&text).target("web").made().config["User"], json!("node"));
}

#[test]
fn a_user_of_an_environment_is_made_if_the_base_has_none() {
    let user = |text: &str| build(&format!("{NOTHING}{text}")).made().config["User"].clone();
    assert_eq!(user(""), json!("10001:10001"));
    assert_eq!(user("user = \"svc\""), json!("10001:10001"));
    assert_eq!(user("user = \"2000:2001\""), json!("2000:2001"));
    assert_eq!(user("user = \"www-data\""), json!("33:33"));
    assert_eq!(user("user = \"www-data:www-data\""), json!("33:33"));
    assert_eq!(user("user = \"svc:staff\""), json!("10001:50"));
    assert_eq!(user("user = \"0:staff\""), json!("0:50"));
    let errors = build(&format!("{NOTHING}user = \"svc:nobody\"")).try_made().err().unwrap();
    assert!(errors.starts_with("error[unknown-owner]: the base has no group `nobody`"), "{errors}");
}

#[test]
fn a_stage_on_the_app_has_the_apps_user() {
    let text = "user = \"2000\"\ndependencies = false\ncopy = []\n[stages.worker]\nfrom = \"app\"\n\
                copy = [{ src = \"a\", chown = \"app\" }]\nwritable = [\"data\"]\nrun = [{ cmd = \"x\", user = \"app\" }]\n";
    let built = build(text).target("worker").made();
    assert_eq!(built.at("worker/copies/0/owner"), json!([2000, 2000]));
    assert_eq!(built.at("worker/runs/0/user"), json!("2000:2000"));
    assert_eq!(
        built.at("worker/directories/0"),
        json!({"path": "/app/data", "mode": 0o755, "uid": 2000, "gid": 2000})
    );
    assert_eq!(built.config["User"], json!("2000:2000"));
    let text = text.replace("writable", "user = \"www-data\"\nwritable");
    let built = build(&text).target("worker").made();
    assert_eq!(built.at("worker/directories/0/uid"), json!(33));
    assert_eq!(built.config["User"], json!("33:33"));
}

#[test]
fn directories_of_a_stage_without_an_environment_respect_its_base() {
    let text = format!(
        "{NOTHING}[stages.web]\nfrom = \"own\"\nvolumes = [\"/var/run/web\"]\nwritable = [\"/tmp/a\"]\n"
    );
    let built = build(&text).target("web").made();
    assert_eq!(
        built.at("web/directories"),
        json!([
            {"path": "/run/web", "mode": 0o755, "uid": 1000, "gid": 1000},
            {"path": "/tmp", "mode": 0o1777, "uid": 0, "gid": 0},
            {"path": "/tmp/a", "mode": 0o755, "uid": 1000, "gid": 1000},
        ]),
        "the user is that of the image"
    );
    assert_eq!(built.config["Volumes"], json!({"/var/run/web": {}}));
}

#[test]
fn writable_directories_lie_over_what_is_copied() {
    let text = "dependencies = false\nwritable = [\"data/cache/\", \".\"]\n\
                copy = [\".\", { src = \"data/\", dest = \"data\", chown = \"www-data\", chmod = \"750\" }]\n";
    let built = build(text).made();
    let directories = built.at("app/directories");
    let directory = |path: &str| directories.as_array().unwrap().iter().find(|known| known["path"] == path);
    assert_eq!(directory("/app/data/cache").unwrap()["uid"], 10001);
    assert_eq!(directory("/app").unwrap()["uid"], 10001);
    assert_eq!(
        directory("/app/data"),
        None,
        "the destination itself is made as every directory above a file"
    );
    let at = |text: &str| built.graph.find(text).unwrap();
    assert!(at("copy data to /app/data") < at("make /app /app/data/cache"), "{}", built.graph);
    let deeper = text.replace("data/cache/", "data/a/b");
    let directories = build(&deeper).made().at("app/directories");
    assert_eq!(directories[1], json!({"path": "/app/data/a", "mode": 0o750, "uid": 33, "gid": 33}));
}

#[test]
fn the_working_directory_is_the_same_for_steps_and_containers() {
    let text = format!(
        "from = \"bottom\"\n{NOTHING}run = [\"true\"]\n[stages.bottom]\nfrom = \"python:3.13-slim\"\nworkdir = \"/srv\"\n"
    );
    let built = build(&text).made();
    assert_eq!((built.at("app/workdir"), &built.config["WorkingDir"]), (json!("/srv"), &json!("/srv")));
    let text = format!("{NOTHING}[stages.web]\nfrom = \"node:22\"\n");
    let built = build(&text).target("web").made();
    assert_eq!((built.at("web/workdir"), &built.config["WorkingDir"]), (json!("/app"), &json!("/app")));
}

#[test]
fn the_path_of_what_is_below_is_kept() {
    let text =
        format!("from = \"bottom\"\n{NOTHING}[stages.bottom]\nfrom = \"own\"\nenv = {{ A = \"1\" }}\n");
    let built = build(&text).made();
    let path = "PATH=/opt/venv/bin:/opt/python/bin:/bin";
    assert_eq!(built.config["Env"], json!([path, "A=1", "PYTHONUNBUFFERED=1"]));
    assert_eq!(built.at("app/facts/request/path"), json!("/opt/python/bin:/bin"));
    // The programs of the environment come first, whatever is written.
    let built = build(&format!("{NOTHING}env = {{ PATH = \"/a:/bin\" }}\n")).made();
    assert_eq!(built.config["Env"][0], json!("PATH=/opt/venv/bin:/a:/bin"));
    assert_eq!(built.at("app/env/0"), json!(["PATH", "/opt/venv/bin:/a:/bin"]));
    assert_eq!(built.at("app/facts/request/path"), json!("/a:/bin"));
}

#[test]
fn another_command_has_a_signal_of_its_own() {
    let text = format!(
        "{NOTHING}cmd = [\"python\", \"app.py\"]\n[stages.worker]\nfrom = \"app\"\ncmd = [\"gunicorn\", \"app:app\"]\n"
    );
    assert_eq!(build(&text).made().config["StopSignal"], json!("SIGINT"));
    assert_eq!(build(&text).target("worker").made().config.get("StopSignal"), None);
    let text = format!("from = \"own\"\n{text}");
    assert_eq!(build(&text).target("worker").made().config["StopSignal"], json!("SIGQUIT"));
    let text = format!("stop-signal = \"SIGUSR1\"\n{text}");
    assert_eq!(build(&text).target("worker").made().config["StopSignal"], json!("SIGUSR1"));
}

#[test]
fn an_init_starts_what_the_base_starts() {
    let text = format!("{NOTHING}[stages.web]\nfrom = \"node:22\"\ninit = true\n");
    let built = build(&text).target("web").made();
    assert_eq!(built.config["Entrypoint"], json!(["tini", "--", "entry.sh"]));
    assert_eq!(built.config["Cmd"], json!(["node"]));
    let built = build(&format!("{text}cmd = [\"npm\", \"start\"]\n")).target("web").made();
    assert_eq!(
        (&built.config["Entrypoint"], &built.config["Cmd"]),
        (&json!(["tini", "--"]), &json!(["npm", "start"]))
    );
    assert_eq!(wrong("[stages.a]\nfrom = \"scratch\"\ninit = true\n"), ["packages-on-scratch"]);
}

#[test]
fn wheels_is_a_stage_without_being_described() {
    let built =
        build("dependencies = false\ncopy = [{ from = \"wheels\", src = \"/usr/include\", dest = \"h\" }]\n")
            .made();
    assert_eq!(built.at("wheels/base"), json!({"source": "python:3.13"}));
    assert_eq!(built.at("app/copies/0/from"), json!({"stage": "wheels"}));
}

#[test]
fn what_starts_from_a_native_stage_is_native() {
    let text = format!(
        "{NOTHING}[stages.tools]\nfrom = \"node:22\"\nplatform = \"build\"\n[stages.web]\nfrom = \"tools\"\nrun = [\"true\"]\n"
    );
    let Build { world, description } = build(&text);
    let mut arm = World::new(Platform::linux("arm64"));
    arm.images = world.images;
    let built = Build { world: arm, description }.target("web").made();
    assert_eq!(built.at("web/native"), json!(true));
    assert!(!built.graph.contains("platform linux/arm64"), "{}", built.graph);
    let app = text.replace("dependencies", "from = \"web\"\ndependencies");
    assert_eq!(wrong(&app), ["native-base"]);
}

#[test]
fn two_mounts_at_one_place_are_told() {
    for run in [
        "cache = [\"/a\", \"/a/\"]",
        "cache = [\"/a\"], tmpfs = [\"/a\"]",
        "secrets = [\"s\", { id = \"t\", target = \"/run/secrets/s\" }]",
        "mounts = [{ target = \"/src\" }], tmpfs = [\"/src\"]",
    ] {
        assert_eq!(wrong(&format!("run = [{{ cmd = \"x\", {run} }}]")), ["mounted-twice"], "{run}");
    }
    for run in [
        "cache = [\"/\"]",
        "tmpfs = [\"/\"]",
        "mounts = [{ target = \"/.\" }]",
        "secrets = [{ id = \"s\", target = \"/\" }]",
    ] {
        assert_eq!(wrong(&format!("run = [{{ cmd = \"x\", {run} }}]")), ["whole-image"], "{run}");
    }
    assert_eq!(wrong("writable = [\"/\"]\nvolumes = [\"/\"]"), ["whole-image", "whole-image"]);
    // Shared memory has a size of its own until a step mounts it.
    let text = format!("{NOTHING}run = [{{ cmd = \"x\", tmpfs = [\"/dev/shm\"] }}]\n");
    let mut shm = build(&text);
    shm.world.runtime.shm_size = 1 << 20;
    assert_eq!(shm.made().graph.matches("mount /dev/shm").count(), 1);
}

#[test]
fn what_is_named_is_sent_and_only_for_what_names_it() {
    let copies =
        "dependencies = false\ncopy = [\".\", { src = \"conf/.env\", dest = \"conf/\" }, \"model.pyc\"]\n";
    let graph = build(copies).made().graph;
    for sent in [r#""**/.env","!conf/.env","**/.env.local""#, r#""**/*.pyc","!model.pyc","**/*.pyo""#] {
        assert!(graph.contains(sent), "{graph}");
    }
    let left_out: Vec<&str> = graph.lines().filter(|line| line.trim().starts_with("exclude ")).collect();
    assert_eq!(left_out, ["        exclude conf/.env", "        exclude model.pyc"], "of the whole context");
    // What somebody takes back is for all.
    let graph = build(copies).ignoring(&["!conf/.env", "!*.pyc"]).made().graph;
    assert!(!graph.contains("  exclude "), "{graph}");
}

#[test]
fn an_environment_wants_a_place_of_its_own() {
    let link = |path: &str, to: &str| DirectoryLink { path: path.to_owned(), to: to.to_owned() };
    let text = "dependencies = \"uv.lock\"\ncopy = []\n";
    let error = |path: &str, to: &str| {
        let mut build = build(text);
        let mut facts = debian();
        facts.directory_links.push(link(path, to));
        build.world.facts.insert("app".to_owned(), facts);
        let sync =
            wheelbase_helper::contract::SyncWhat::Project { groups: vec![], extras: vec![], member: None };
        let synced = wheelbase::plan::Synced { what: sync, files: vec![], named: Default::default() };
        let dependencies = wheelbase::plan::Dependencies { sync: Some(synced), ..Default::default() };
        build.world.dependencies.insert("app".to_owned(), dependencies);
        build.try_made().err().unwrap_or_default()
    };
    insta::assert_snapshot!(error("/opt", "/usr/opt"), @r#"
    error[linked-environment]: in the base of `app`, `/opt` is a link to `/usr/opt`
     --> app.toml:1:16
      |
    1 | dependencies = "uv.lock"
      |                ^^^^^^^^^
      |
      = help: start from an image with nothing in `/opt/venv`: that is where dependencies go
      = help: or keep to what the base has installed, with `dependencies = false`
    "#);
    let own = error("/opt/venv/lib64", "/opt/venv/lib");
    let message = "error[linked-environment]: the base of `app` has an environment of its own in `/opt/venv`";
    assert!(own.starts_with(message), "{own}");
    assert_eq!(error("/opt/venv2", "/opt/other"), "");
    // Nothing is installed: what the base has is used as it is.
    let mut alone = build(NOTHING);
    let mut facts = debian();
    facts.directory_links.push(link("/opt/venv/lib64", "/opt/venv/lib"));
    alone.world.facts.insert("app".to_owned(), facts);
    alone.made();
}

#[test]
fn arguments_may_stand_in_every_string() {
    let text = "python = \"${{ V }}\"\nworkdir = \"${{ DIR }}/x\"\nuser = \"${{ ID }}\"\ncmd = [\"${{ A }}\"]\n\
                expose = [\"${{ PORT }}\"]\nvolumes = [\"${{ DIR }}/data\"]\nstop-signal = \"${{ SIGNAL }}\"\n\
                labels = { l = \"${{ A }}\", empty = \"\" }\nenv = { E = \"a ${{ A }} $B\" }\ndependencies = false\n\
                writable = [\"${{ A }}\"]\npackages = [\"${{ A }}=1\"]\n\
                healthcheck = { cmd = [\"${{ A }}\"], interval = \"${{ TIME }}\", retries = 2 }\n\
                copy = [{ from = \"${{ STAGE }}\", src = \"${{ A }}\", dest = \"${{ A }}/\", chmod = \"${{ MODE }}\", \
                include = [\"${{ A }}\"], chown = \"${{ ID }}\" }]\n\
                run = [{ cmd = \"${{ A }}\", cache = [\"${{ DIR }}\"], secrets = [{ id = \"${{ A }}\", env = \"T\" }], \
                ssh = [\"${{ A }}\"], network = \"${{ NET }}\", tmpfs = [\"/t/${{ A }}\"], \
                mounts = [{ from = \"${{ STAGE }}\", src = \"${{ A }}\", target = \"/m/${{ A }}\" }] }]\n\
                [args]\nV = \"3.13\"\nDIR = \"/srv\"\nID = \"5\"\nA = \"a\"\nPORT = \"80-81\"\nSIGNAL = \"term\"\n\
                TIME = \"3s\"\nSTAGE = \"web\"\nMODE = \"600\"\nNET = \"none\"\n\
                [stages.web]\nfrom = \"node:${{ A }}\"\n";
    let text = text.replace("node:${{ A }}", "node:22");
    let built = build(&text).made();
    assert_eq!(built.at("app/workdir"), json!("/srv/x"));
    assert_eq!(built.at("app/copies/0/src"), json!("/a"));
    assert_eq!(built.at("app/copies/0/mode"), json!(0o600));
    assert_eq!(built.at("app/runs/0/network"), json!("none"));
    assert_eq!(
        built.at("app/runs/0/mounts/1"),
        json!({"secretenv": {"id": "a", "name": "T", "required": true}})
    );
    assert_eq!(built.config["ExposedPorts"], json!({"80/tcp": {}, "81/tcp": {}}));
    assert_eq!(built.config["Labels"], json!({"empty": "", "l": "a"}));
    assert_eq!(
        built.config["Healthcheck"],
        json!({"Test": ["CMD", "a"], "Interval": 3_000_000_000u64, "Retries": 2})
    );
    assert_eq!((&built.config["StopSignal"], &built.config["User"]), (&json!("SIGTERM"), &json!("5:5")));
}

#[test]
fn a_chain_of_many_stages_is_planned() {
    let mut text = NOTHING.to_owned() + "[stages.s0]\nfrom = \"node:22\"\n";
    for stage in 1..300 {
        text += &format!("[stages.s{stage}]\nfrom = \"s{}\"\nenv = {{ A{stage} = \"1\" }}\n", stage - 1);
    }
    let built = build(&text).target("s299").made();
    assert_eq!(built.at("s299/env").as_array().unwrap().len(), 299);
}

#[test]
fn copies_are_carried_out_in_their_order() {
    let on_top = |copies: &str| {
        let built = build(&format!("dependencies = false\ncopy = [{copies}]\n")).made();
        let copies = built.at("app/copies").as_array().unwrap().clone();
        copies.iter().map(|copy| copy["place"]["on_top"] == true).collect::<Vec<_>>()
    };
    let (all, var) = ("{ src = \"all/\", dest = \"/\" }", "{ src = \"var/\", dest = \"/var\" }");
    assert_eq!(on_top(&format!("\"a.py\", {all}, \"b.py\"")), [false, true, true]);
    assert_eq!(on_top(&format!("\"a.py\", {var}, \"b.py\"")), [false, true, false]);
    assert_eq!(on_top(&format!("{var}, {{ src = \"x\", dest = \"/var/lib/x\" }}")), [true, true]);
}

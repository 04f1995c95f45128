//! Who owns what is copied: decided by the operation that copies, against a daemon that is a struct.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use buildkit_llb::{Image, Platform, definition, dump};
use wheelbase::driver::build;
use wheelbase::gateway::fake::FakeGateway;
use wheelbase::run::Environment;
use wheelbase_helper::contract::FACTS_PATH;

const BASE: &str = r#"{"architecture":"amd64","os":"linux","config":{"Env":["PATH=/usr/local/bin:/usr/bin:/bin"],"Cmd":["python3"]}}"#;

const DESCRIPTION: &str = r#"python = "3.13"
dependencies = false
copy = [
    { src = "app.py", dest = "/app/" },
    { src = "data/", dest = "/srv/data/", chown = "app:app", chmod = "750" },
    { src = "web/", dest = "/srv/web/", chown = "1000:33" },
]
cmd = ["python", "app.py"]
"#;

#[tokio::test]
async fn owners_are_set_while_copying() {
    let gateway = FakeGateway::new()
        .file("local://dockerfile", "app.toml", DESCRIPTION)
        .file(
            "[app] read the base and make the environment",
            FACTS_PATH,
            include_str!("../../tests/bench/facts.json"),
        )
        .image("docker.io/library/python:3.13-slim", None, BASE);
    let own = Image::new("docker.io/library/wheelbase:1", &Platform::linux("amd64")).output();
    let options = [("filename", "app.toml"), ("platform", "linux/amd64")];
    let environment = Environment {
        options: options.map(|(key, value)| (key.to_owned(), value.to_owned())).into(),
        frontend: Some(definition(&own)),
        ..Environment::default()
    };
    build(gateway.clone(), environment).await.unwrap();
    let graphs: Vec<String> = gateway.solves().iter().map(|solve| dump(&solve.definition)).collect();
    let image = graphs.iter().find(|graph| graph.contains("/srv/data")).unwrap();
    // What is copied from the context, and how; where nothing is merged, results are copied once more as they are.
    let shown =
        |line: &&str| line.contains("copy $1/") && !line.contains("$1/ ") || line.starts_with("owner");
    let copies: Vec<&str> = image.lines().map(str::trim).filter(shown).collect();
    insta::assert_snapshot!(copies.join("\n"), @"
    on $2 copy $1/app.py -> /app/
    on $2 copy $1/data -> /srv/data/
    owner 10001:10001
    on $2 copy $1/web -> /srv/web/
    owner 1000:33
    ");
    assert!(!graphs.concat().contains("chown"), "no step changes owners afterwards");
}

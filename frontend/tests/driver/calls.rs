//! What `docker buildx build --call=targets` answers.

use serde_json::Value;
use wheelbase::driver::build;

use crate::{daemon, environment};

/// Stages and what they start with.
async fn bases(description: &str) -> Vec<(String, String)> {
    let environment = environment(&[("requestid", "frontend.targets")]);
    let answer = build(daemon(description, &[]), environment).await.expect("the description is right");
    let json: Value = serde_json::from_slice(&answer.metadata["result.json"]).expect("it is JSON");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let targets = json["targets"].as_array().expect("a list");
    targets.iter().map(|target| (text(&target["name"]), text(&target["base"]))).collect()
}

#[tokio::test]
async fn targets_say_what_they_start_with() {
    let stages = "[stages.wheels]\npackages = [\"gcc\"]\n[stages.test]\nrun = [\"true\"]\n\
                  [stages.assets]\nfrom = \"node:22-slim\"\n[stages.worker]\nfrom = \"app\"\ncmd = [\"true\"]\n";
    let check = async |top: &str, app: &str, wheels: &str| {
        let expected = [
            ("app", app),
            ("assets", "node:22-slim"),
            ("test", "app"),
            ("wheels", wheels),
            ("worker", "app"),
        ];
        let expected = expected.map(|(name, base)| (name.to_owned(), base.to_owned()));
        assert_eq!(bases(&format!("{top}\ncmd = [\"true\"]\n{stages}")).await, expected, "{top}");
    };
    check("python = \"3.13\"", "python:3.13-slim", "python:3.13").await;
    check("python = \"3.12\"\nvariant = \"alpine\"", "python:3.12-alpine", "python:3.12-alpine").await;
    check(
        "from = \"registry.example.com/base:1\"",
        "registry.example.com/base:1",
        "registry.example.com/base:1",
    )
    .await;
    // The files of the project say it, and nobody has looked at them.
    check("", "", "").await;
}

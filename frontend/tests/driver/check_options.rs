//! `BUILDKIT_DOCKERFILE_CHECK` and `# check=`: what they do to a build and to the answer of a check.

use serde_json::Value;
use wheelbase::answer::{Answer, Failure};
use wheelbase::driver::build;

use crate::{daemon, environment};

/// A description with two warnings.
const WARNED: &str = r#"python = "3.13"
dependencies = false
packages = ["libpq5", "libpq5"]
cmd = ["python", "app.py"]

[stages.wheels]
expose = [80]
"#;

async fn asked(description: &str, options: &[(&str, &str)]) -> (Result<Answer, Failure>, Vec<String>) {
    asked_with(description, options, &[]).await
}

/// The same, with files in the context.
async fn asked_with(
    description: &str,
    options: &[(&str, &str)],
    files: &[(&str, &str)],
) -> (Result<Answer, Failure>, Vec<String>) {
    let gateway = daemon(description, files);
    let answer = build(gateway.clone(), environment(options)).await;
    let codes = gateway.warnings().into_iter();
    let codes = codes.map(|warning| warning.short.split(':').next().unwrap_or_default().to_owned());
    (answer, codes.collect())
}

/// Codes of warnings, the error, and the status of a lint answer.
async fn lint(description: &str, options: &[(&str, &str)]) -> (Vec<String>, String, String) {
    let request = [&[("requestid", "frontend.lint")], options].concat();
    let metadata = asked(description, &request).await.0.unwrap().metadata;
    let json: Value = serde_json::from_slice(&metadata["result.json"]).unwrap();
    let rules = json["warnings"].as_array().unwrap().iter();
    let rules = rules.map(|warning| warning["ruleName"].as_str().unwrap().to_owned()).collect();
    let error = json["buildError"]["message"].as_str().unwrap_or_default().to_owned();
    (rules, error, String::from_utf8(metadata["result.statuscode"].clone()).unwrap())
}

fn errors(answer: Result<Answer, Failure>) -> Vec<String> {
    match answer {
        Err(Failure::Input(errors, files)) => errors.iter().map(|error| error.render(&files)).collect(),
        other => panic!("the input should be wrong: {other:?}"),
    }
}

const CHECK: &str = "build-arg:BUILDKIT_DOCKERFILE_CHECK";

#[tokio::test]
async fn a_build_shows_its_warnings() {
    let (answer, warnings) = asked(WARNED, &[]).await;
    assert!(answer.is_ok());
    assert_eq!(warnings, ["package-twice", "unused-key"]);
}

#[tokio::test]
async fn skipped_warnings_are_not_shown() {
    assert_eq!(asked(WARNED, &[(CHECK, "skip=unused-key")]).await.1, ["package-twice"]);
    assert!(asked(WARNED, &[(CHECK, "skip=all")]).await.1.is_empty());
    let written = format!("# syntax=x\n# check=skip=package-twice\n{WARNED}");
    assert_eq!(asked(&written, &[]).await.1, ["unused-key"]);
    assert_eq!(asked(&written, &[(CHECK, "")]).await.1, ["unused-key"]);
}

#[tokio::test]
async fn a_warning_fails_a_build_that_wants_none() {
    let (answer, warnings) = asked(WARNED, &[(CHECK, "error=true;skip=unused-key")]).await;
    assert!(warnings.is_empty(), "they are in the answer");
    insta::assert_snapshot!(errors(answer).join("\n"), @r#"
    error[package-twice]: `libpq5` is listed twice
     --> app.toml:3:23
      |
    3 | packages = ["libpq5", "libpq5"]
      |             --------  ^^^^^^^^ again
      |             |
      |             first
      |
      = help: this is a warning, and `error=true` makes it an error; `skip=package-twice` beside it lets it pass
    "#);
    assert!(asked(WARNED, &[(CHECK, "error=true;skip=unused-key,package-twice")]).await.0.is_ok());
}

#[tokio::test]
async fn a_check_line_that_cannot_be_read_is_an_error() {
    let broken = format!("# check=errors=true\n{WARNED}");
    insta::assert_snapshot!(errors(asked(&broken, &[]).await.0).join("\n"), @"
    error[bad-check]: `# check=` cannot be read: `errors` is none of `skip`, `error`, `experimental`
     --> app.toml:1:1
      |
    1 | # check=errors=true
      | ^^^^^^^^^^^^^^^^^^^
    ");
    let (_, error, status) = lint(&broken, &[]).await;
    assert!(error.contains("bad-check"), "{error}");
    assert_eq!(status, "1");
}

#[tokio::test]
async fn lint_lists_what_is_not_skipped() {
    let (rules, error, status) = lint(WARNED, &[]).await;
    assert_eq!(rules, ["package-twice", "unused-key"]);
    assert_eq!((error.as_str(), status.as_str()), ("", "1"));
    let (rules, error, status) = lint(WARNED, &[(CHECK, "skip=all")]).await;
    assert_eq!((rules.len(), error.as_str(), status.as_str()), (0, "", "0"));
}

#[tokio::test]
async fn what_is_wrong_with_the_description_is_part_of_the_answer() {
    let (_, error, status) = lint("pyhton = \"3.13\"\n", &[(CHECK, "skip=all")]).await;
    assert!(error.contains("unknown-key") && error.contains("app.toml:1:1"), "{error}");
    assert_eq!(status, "1");
}

const PLAIN: &str = "python = \"3.13\"\ncmd = [\"python\", \"app.py\"]\n";

#[tokio::test]
async fn every_place_of_a_check_is_in_a_file_of_the_answer() {
    let missing = format!("{PLAIN}dependencies = \"backend/requirements.txt\"\n");
    for (description, files, places) in [
        (PLAIN, [("requirements.txt", "flask\n")], 1),
        (PLAIN, [("uv.lock", "version = ")], 1),
        (missing.as_str(), [("app.py", "")], 1),
        (WARNED, [("app.py", "")], 2),
        ("a = 1\n", [("app.py", "")], 1),
    ] {
        let answer = asked_with(description, &[("requestid", "frontend.lint")], &files).await.0.unwrap();
        let json: Value = serde_json::from_slice(&answer.metadata["result.json"]).unwrap();
        let count = i64::try_from(json["sources"].as_array().unwrap().len()).unwrap();
        let said: Vec<&Value> =
            json["warnings"].as_array().unwrap().iter().chain(json.get("buildError")).collect();
        assert_eq!(said.len(), places, "{json:#}");
        for said in said {
            let index = said["location"]["sourceIndex"].as_i64().unwrap_or_default();
            assert!((-1..count).contains(&index), "clients look the file up without asking: {json:#}");
        }
    }
}

#[tokio::test]
async fn a_check_of_a_stage_that_does_not_exist_says_so() {
    let (_, error, status) = lint(PLAIN, &[("target", "tset")]).await;
    assert!(error.contains("unknown-target"), "{error}");
    assert_eq!(status, "1");
}

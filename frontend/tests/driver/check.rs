//! What a check (`docker buildx build --check`) says.

use wheelbase::driver::build;

use crate::{daemon, environment};

/// The text that the client shows.
async fn check(description: &str, files: &[(&str, &str)]) -> String {
    let gateway = daemon(description, files);
    let environment = environment(&[("requestid", "frontend.lint")]);
    let answer = build(gateway.clone(), environment).await.expect("a check has an answer");
    let asked = gateway.calls();
    assert!(!asked.iter().any(|call| call.starts_with("resolve_image")), "no image is asked for: {asked:#?}");
    String::from_utf8(answer.metadata["result.txt"].clone()).expect("it is text")
}

#[tokio::test]
async fn a_good_project_has_nothing_to_be_said() {
    let lock = "lock-version = '1.0'\ncreated-by = 'test'\npackages = []\n";
    assert_eq!(check("cmd = [\"true\"]\n", &[("pylock.toml", lock)]).await, "");
}

#[tokio::test]
async fn files_that_are_not_there_are_errors() {
    let text = check("cmd = [\"true\"]\ndependencies = \"nowhere/requirements.txt\"\n", &[]).await;
    assert!(text.contains("error[missing-file]: `nowhere/requirements.txt`"), "{text}");
    assert!(text.contains("app.toml:2:16"), "{text}");
}

#[tokio::test]
async fn the_lock_is_read() {
    let broken = "lock-version = '1.0'\ncreated-by = 'test'\n[[packages]]\nname = 1\n";
    let text = check("cmd = [\"true\"]\n", &[("pylock.toml", broken)]).await;
    assert!(text.contains("pylock.toml:4:8"), "{text}");
}

#[tokio::test]
async fn what_is_not_locked_is_said() {
    let text = check("cmd = [\"true\"]\n", &[("requirements.txt", "flask\n")]).await;
    assert!(text.contains("warning[not-locked]"), "{text}");
    let text = check("cmd = [\"true\"]\nlocked = true\n", &[("requirements.txt", "flask\n")]).await;
    assert!(text.contains("error[not-locked]"), "{text}");
}

#[tokio::test]
async fn what_is_wrong_with_the_description_is_said() {
    let text = check("cmd = [\"true\"]\ncolour = 1\n", &[]).await;
    assert!(text.contains("error[unknown-key]"), "{text}");
}

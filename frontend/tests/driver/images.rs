//! Which images are asked after, and when.

use wheelbase::driver::build;

use crate::{BASE, daemon, environment};

const DESCRIPTION: &str =
    "python = \"3.13\"\ndependencies = false\ncmd = [\"true\"]\n[stages.wheels]\npackages = [\"gcc\"]\n";

/// The images, in the order in which they were asked after.
async fn asked(description: &str, has_compile_image: bool) -> Vec<String> {
    let mut gateway = daemon(description, &[]);
    if has_compile_image {
        gateway = gateway.image("docker.io/library/python:3.13", None, BASE);
    }
    build(gateway.clone(), environment(&[])).await.unwrap();
    let calls = gateway.calls();
    let images =
        calls.iter().filter_map(|call| call.strip_prefix("resolve_image docker-image://docker.io/library/"));
    images.map(|image| image.split(' ').next().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn the_image_of_a_described_compile_stage_is_asked_after_at_once() {
    assert_eq!(asked(DESCRIPTION, true).await, ["python:3.13-slim", "python:3.13"]);
}

#[tokio::test]
async fn an_image_that_is_not_needed_need_not_be_there() {
    assert_eq!(asked(DESCRIPTION, false).await, ["python:3.13-slim", "python:3.13"]);
}

#[tokio::test]
async fn without_a_compile_stage_only_the_base_is_asked_after() {
    let (app, _) = DESCRIPTION.split_once("[stages.wheels]").unwrap();
    assert_eq!(asked(app, true).await, ["python:3.13-slim"]);
}

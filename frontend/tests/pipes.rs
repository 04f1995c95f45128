//! The binary itself, over real pipes: what a daemon starts and talks to.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::process::Stdio;
use std::time::Duration;

use buildkit_proto::keys::env;
use tokio::process::{Child, Command};
use wheelbase::gateway::bridge::{FakeBridge, Record};

/// The process, started as a daemon starts it.
fn frontend(options: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wheelbase"));
    command.env_clear().env(env::SESSION_ID, "session").kill_on_drop(true);
    command.env(env::WORKERS, r#"[{"id":"w","platforms":[{"architecture":"amd64","os":"linux"}]}]"#);
    for (number, option) in options.iter().enumerate() {
        command.env(format!("{}{number}", env::OPTION_PREFIX), option);
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts")
}

/// Its exit code and what the daemon heard.
async fn served(options: &[&str]) -> (Option<i32>, Record) {
    let bridge = FakeBridge::default();
    let mut child = frontend(options);
    let (reader, writer) = (child.stdout.take().expect("piped"), child.stdin.take().expect("piped"));
    let serving = tokio::spawn(bridge.clone().serve(reader, writer));
    let status = tokio::time::timeout(Duration::from_secs(20), child.wait())
        .await
        .expect("it ends")
        .expect("it was started");
    serving.await.expect("the daemon does not panic");
    (status.code(), bridge.record())
}

#[tokio::test]
async fn wrong_options_are_answered_once_and_all_at_once() {
    let (code, record) =
        served(&["platform=toaster", "shm-size=1g", "label:a=b=c", "filename=app.toml"]).await;
    assert_eq!(code, Some(0), "the answer decides, not the exit code");
    assert_eq!(record.returns.len(), 1);
    let error = record.returns[0].error.as_ref().unwrap();
    assert_eq!(error.code, 2);
    assert_eq!(
        error.message,
        "error[bad-option]: option `platform`: `toaster` is not a platform; write it as `linux/amd64`\n\n\
         error[bad-option]: option `shm-size`: `1g` is not a number of bytes"
    );
}

#[tokio::test]
async fn it_ends_when_the_daemon_goes_away() {
    let mut child = frontend(&["filename=app.toml"]);
    drop(child.stdin.take());
    let status = tokio::time::timeout(Duration::from_secs(20), child.wait()).await.expect("it ends").unwrap();
    assert!(!status.success());
}

//! The real client against a daemon in memory that speaks real gRPC.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::collections::BTreeMap;
use std::time::Duration;

use buildkit_proto::{caps, errors, pb, rpc};
use wheelbase::answer::{Answer, Failure, Refs};
use wheelbase::diag::Diagnostic;
use wheelbase::gateway::bridge::{FakeBridge, Image, Record, Script};
use wheelbase::gateway::stdio::{self, Client};
use wheelbase::gateway::{CacheImport, Gateway as _, ImageRequest, RefId, SolveRequest, WarnRequest};
use wheelbase::run::{Ended, Environment, Panics, serve};
use wheelbase::text::Files;

/// A client of a daemon, after its ping.
async fn client(bridge: &FakeBridge) -> Client {
    let (reader, writer) = bridge.connect();
    let mut client = stdio::connect(reader, writer).await.expect("it connects").client;
    client.ping().await.expect("it answers");
    client
}

/// Serves one build against a daemon and tells how the process would end.
async fn served<F>(bridge: &FakeBridge, build: impl FnOnce(Client, Environment) -> F) -> (Ended, Record)
where
    F: Future<Output = Result<Answer, Failure>>,
{
    let (reader, writer) = bridge.connect();
    let environment = Environment::collect([], None);
    let ended = serve(reader, writer, environment, &Panics::default(), build).await;
    (ended, bridge.record())
}

/// The error of the only answer.
fn returned_error(record: &Record) -> &rpc::Status {
    assert_eq!(record.returns.len(), 1, "exactly one answer");
    record.returns[0].error.as_ref().expect("an error")
}

fn at() -> RefId {
    RefId("ref-1".into())
}

fn image(identifier: &str) -> ImageRequest {
    ImageRequest {
        identifier: identifier.into(),
        attributes: BTreeMap::from([("oci.store".to_owned(), "store".to_owned())]),
        platform: pb::Platform { os: "linux".into(), architecture: "arm64".into(), ..Default::default() },
        resolve_mode: "pull".into(),
        log_name: "load metadata".into(),
    }
}

fn a_status_with_source(data: usize) -> rpc::Status {
    let info = errors::SourceInfo {
        filename: "app.toml".into(),
        data: b"x".repeat(data),
        language: "TOML".into(),
        definition: None,
    };
    let source = errors::Source { info: Some(info), ranges: vec![errors::Range::lines(2, 3)] };
    let detail = errors::Detail::Source(source);
    errors::status_with_code(8, "process did not complete", [detail])
}

#[tokio::test]
async fn caps_count_only_if_listed() {
    let script = Script { llb_caps: ["file.base"].into(), ..Script::default() };
    let (reader, writer) = FakeBridge::new(script).connect();
    let caps = stdio::connect(reader, writer).await.unwrap().client.ping().await.unwrap();
    assert!(caps.llb(caps::llb::FILE_BASE) && !caps.llb(caps::llb::MERGE_OP));
    assert!(caps.gateway(caps::gateway::SOURCE_META_RESOLVER));
}

#[tokio::test]
async fn a_solve_carries_everything() {
    let bridge = FakeBridge::default();
    let import = CacheImport {
        kind: "registry".into(),
        attributes: BTreeMap::from([("ref".to_owned(), "r/cache".to_owned())]),
    };
    let definition = pb::Definition { def: vec![vec![1], vec![2]], ..Default::default() };
    let request =
        SolveRequest { definition: definition.clone(), cache_imports: vec![import], evaluate: true };
    assert_eq!(client(&bridge).await.solve(request).await.unwrap(), at());
    let sent = &bridge.record().solves[0];
    assert_eq!(sent.definition.as_ref(), Some(&definition));
    assert!(sent.evaluate && sent.allow_result_return && sent.allow_result_array_ref);
    assert_eq!(
        (sent.cache_imports[0].r#type.as_str(), sent.cache_imports[0].attrs["ref"].as_str()),
        ("registry", "r/cache")
    );
}

#[tokio::test]
async fn scratch_asks_nobody() {
    let bridge = FakeBridge::default();
    let client = client(&bridge).await;
    let scratch = client.solve(SolveRequest::default()).await.unwrap();
    assert!(scratch.is_scratch());
    assert_eq!(client.read_file(&scratch, "a").await.unwrap(), None);
    assert_eq!(client.read_dir(&scratch, ".").await.unwrap(), None);
    assert_eq!(bridge.record().calls, ["ping"]);
}

#[tokio::test]
async fn old_daemons_evaluate_in_their_own_way() {
    let request = || SolveRequest {
        definition: pb::Definition { def: vec![vec![1]], ..Default::default() },
        evaluate: true,
        ..Default::default()
    };
    let with = |caps: &[&'static str]| {
        FakeBridge::new(Script { gateway_caps: caps.iter().copied().collect(), ..Script::default() })
    };
    let older = with(&[caps::gateway::EVALUATE]);
    client(&older).await.solve(request()).await.unwrap();
    assert_eq!(older.record().calls, ["ping", "solve", "evaluate"]);
    assert!(!older.record().solves[0].evaluate);
    let oldest = with(&[]);
    client(&oldest).await.solve(request()).await.unwrap();
    assert_eq!(oldest.record().calls, ["ping", "solve", "stat_file"]);
}

#[tokio::test]
async fn a_missing_file_is_none() {
    let files = BTreeMap::from([("app.toml".to_owned(), b"a".to_vec()), ("src/x.py".to_owned(), vec![])]);
    let bridge = FakeBridge::new(Script { files, ..Script::default() });
    let client = client(&bridge).await;
    assert_eq!(client.read_file(&at(), "app.toml").await.unwrap(), Some(b"a".to_vec()));
    assert_eq!(client.read_file(&at(), "src/x.py").await.unwrap(), Some(vec![]));
    assert_eq!(client.read_file(&at(), "none").await.unwrap(), None);
    assert_eq!(client.read_dir(&at(), "none").await.unwrap(), None);
    let entries = client.read_dir(&at(), "src").await.unwrap().unwrap();
    assert_eq!((entries.len(), entries[0].path.as_str()), (1, "x.py"));
}

#[tokio::test]
async fn a_read_that_fails_for_another_reason_is_an_error() {
    let mut status = errors::status("open requirements.txt: no such file or directory", []);
    status.details.push(errors::Detail::Vertex(errors::Vertex { digest: "sha256:1".into() }).encode());
    let failures = BTreeMap::from([("read_file", status)]);
    let bridge = FakeBridge::new(Script { failures, ..Script::default() });
    let error = client(&bridge).await.read_file(&at(), "app.toml").await.unwrap_err();
    assert_eq!(error.status.details.len(), 1);
}

#[tokio::test]
async fn a_file_beyond_the_message_limit_comes_in_pieces() {
    let data: Vec<u8> = (0..20_u32 << 20).map(|byte| (byte % 251) as u8).collect();
    let exact = vec![7; 8 << 20];
    let files = BTreeMap::from([("big".to_owned(), data.clone()), ("exact".to_owned(), exact.clone())]);
    let bridge = FakeBridge::new(Script { files, ..Script::default() });
    let client = client(&bridge).await;
    assert!(client.read_file(&at(), "big").await.unwrap() == Some(data));
    assert!(client.read_file(&at(), "exact").await.unwrap() == Some(exact));
    assert!(client.read_start(&at(), "big", 1024).await.unwrap().is_some_and(|start| start.len() == 1024));
    let offsets: Vec<i64> =
        bridge.record().reads.iter().map(|read| read.range.unwrap().offset >> 20).collect();
    assert_eq!(offsets, [0, 8, 16, 0, 8, 0]);
}

#[tokio::test]
async fn images_of_a_current_daemon() {
    let python = "docker.io/library/python:3.13";
    let image_of = |digest: &str, config: Option<&str>, rewritten: Option<&str>| Image {
        digest: digest.into(),
        config: config.map(|config| config.as_bytes().to_vec()),
        rewritten: rewritten.map(Into::into),
    };
    let images = BTreeMap::from([
        (python.to_owned(), image_of("sha256:1", Some("{}"), Some("docker-image://mirror/python@sha256:1"))),
        ("local".to_owned(), image_of("", Some("{}"), None)),
        ("gone".to_owned(), image_of("", None, Some("https://example.com/python.tar"))),
    ]);
    let bridge = FakeBridge::new(Script { images, ..Script::default() });
    let client = client(&bridge).await;
    let resolved = client.resolve_image(image(&format!("docker-image://{python}"))).await.unwrap();
    assert_eq!(resolved.identifier, "docker-image://mirror/python@sha256:1");
    assert_eq!(resolved.digest.as_deref(), Some("sha256:1"));
    let sent = &bridge.record().images[0];
    assert_eq!((sent.resolve_mode.as_str(), sent.log_name.as_str()), ("pull", "load metadata"));
    assert_eq!(sent.platform.as_ref().unwrap().architecture, "arm64");
    let local = client.resolve_image(image("docker-image://local")).await.unwrap();
    assert_eq!((local.digest, local.identifier.as_str()), (None, "docker-image://local"));
    let gone = client.resolve_image(image("docker-image://gone")).await.unwrap_err();
    assert!(gone.message().contains("https://example.com/python.tar, which is not an image"), "{gone}");
    assert_eq!(client.resolve_image(image("docker-image://none")).await.unwrap_err().status.code, 5);
}

#[tokio::test]
async fn images_of_a_daemon_without_source_metadata() {
    let images = BTreeMap::from([
        (
            "docker.io/library/python:3.13".to_owned(),
            Image { config: Some(b"{}".to_vec()), ..Image::default() },
        ),
        (
            "store@sha256:1".to_owned(),
            Image { digest: "sha256:1".into(), config: Some(b"{}".to_vec()), ..Image::default() },
        ),
    ]);
    let mut script = Script { images, ..Script::default() };
    script.gateway_caps.remove(caps::gateway::SOURCE_META_RESOLVER);
    let bridge = FakeBridge::new(script);
    let client = client(&bridge).await;
    let resolved = client.resolve_image(image("docker-image://docker.io/library/python:3.13")).await.unwrap();
    assert_eq!(resolved.identifier, "docker-image://docker.io/library/python:3.13");
    client.resolve_image(image("oci-layout://store@sha256:1")).await.unwrap();
    let sent = bridge.record().old_images;
    assert_eq!((sent[0].resolver_type, sent[0].resolve_mode.as_str()), (0, "pull"));
    assert_eq!((sent[1].resolver_type, sent[1].store_id.as_str()), (1, "store"));
}

#[tokio::test]
async fn inputs_and_warnings_wait_for_a_daemon_that_has_them() {
    let definition = pb::Definition { def: vec![vec![1]], ..Default::default() };
    let warning = || WarnRequest {
        digest: "sha256:1".into(),
        short: "unlocked: nothing is locked".into(),
        detail: vec!["run `uv lock`".into()],
        url: String::new(),
        info: None,
        ranges: vec![],
    };
    let inputs = BTreeMap::from([("base".to_owned(), definition.clone())]);
    let mut script = Script { inputs, ..Script::default() };
    let current = FakeBridge::new(script.clone());
    let client_of_current = client(&current).await;
    assert_eq!(client_of_current.inputs().await.unwrap()["base"], definition);
    client_of_current.warn(warning()).await.unwrap();
    assert_eq!(current.record().warnings[0].short, b"unlocked: nothing is locked");
    assert_eq!(current.record().warnings[0].level, 1);

    script.gateway_caps.clear();
    let old = FakeBridge::new(script);
    let client = client(&old).await;
    assert!(client.inputs().await.unwrap().is_empty());
    client.warn(warning()).await.unwrap();
    assert_eq!(old.record().calls, ["ping"]);
}

/// 100 KB of details are far beyond what an HTTP/2 client takes in headers unless it is told to.
#[tokio::test]
async fn typed_details_are_forwarded_unchanged_however_large() {
    let status = a_status_with_source(100_000);
    let failures = BTreeMap::from([("solve", status.clone())]);
    let bridge = FakeBridge::new(Script { failures, ..Script::default() });
    let (ended, record) = served(&bridge, |client, _| async move {
        let definition = pb::Definition { def: vec![vec![1]], ..Default::default() };
        let solved = client.solve(SolveRequest { definition, ..Default::default() }).await;
        let error = solved.expect_err("scripted");
        Err(Failure::Daemon(error.during("install idna")))
    })
    .await;
    assert_eq!(ended, Ended::Answered);
    let error = returned_error(&record);
    assert_eq!((error.code, error.message.as_str()), (8, "install idna: process did not complete"));
    assert_eq!(error.details, status.details);
}

#[tokio::test]
async fn a_result_is_returned_once() {
    let (ended, record) = served(&FakeBridge::default(), |_, environment| async move {
        assert!(environment.caps.llb(caps::llb::MERGE_OP), "the ping's answer is part of the environment");
        let metadata = BTreeMap::from([("containerimage.config".to_owned(), b"{}".to_vec())]);
        Ok(Answer { refs: Refs::One(at()), metadata })
    })
    .await;
    assert_eq!((ended, ended.code()), (Ended::Answered, 0));
    assert_eq!(record.returns.len(), 1);
    assert_eq!(record.returns[0].result.as_ref().unwrap().metadata["containerimage.config"], b"{}");
}

#[tokio::test]
async fn an_error_of_the_input_is_returned_once_with_its_place() {
    let (ended, record) = served(&FakeBridge::default(), |_, _| async {
        let mut files = Files::default();
        let file = files.add("app.toml", "a = 1\nb = 2\n");
        Err(Failure::Input(
            vec![Diagnostic::error("unknown-key", "unknown key `b`").at(file.span(6..7))],
            files,
        ))
    })
    .await;
    assert_eq!(ended, Ended::Answered);
    let error = returned_error(&record);
    assert_eq!(error.message, "app.toml:2:1: error[unknown-key]: unknown key `b`");
    assert_eq!(errors::sources(error)[0].ranges, [errors::Range::lines(2, 2)]);
}

#[tokio::test]
async fn a_panic_is_returned_once_as_our_bug() {
    let (ended, record) =
        served(&FakeBridge::default(), |_, _| async { panic!("index out of bounds") }).await;
    assert_eq!(ended, Ended::Answered);
    let error = returned_error(&record);
    assert_eq!(error.code, errors::INTERNAL);
    assert!(error.message.contains("bug in wheelbase") && error.message.contains("index out of bounds"));
}

#[tokio::test]
async fn a_broken_environment_and_a_refused_ping_are_returned_once() {
    let bridge = FakeBridge::default();
    let (reader, writer) = bridge.connect();
    let broken = Environment::collect([("BUILDKIT_WORKERS".to_owned(), "{".to_owned())], None);
    let never = |_: Client, _: Environment| async { unreachable!("nothing to build with") };
    assert_eq!(serve(reader, writer, broken, &Panics::default(), never).await, Ended::Answered);
    assert!(returned_error(&bridge.record()).message.contains("BUILDKIT_WORKERS"));

    let failures = BTreeMap::from([("ping", errors::status("not today", []))]);
    let bridge = FakeBridge::new(Script { failures, ..Script::default() });
    let (ended, record) = served(&bridge, never).await;
    assert_eq!(ended, Ended::Answered);
    assert_eq!(returned_error(&record).message, "ask BuildKit what it can do: not today");
}

#[tokio::test]
async fn an_answer_that_is_refused_is_not_repeated() {
    let failures = BTreeMap::from([("return", errors::status("no", []))]);
    let bridge = FakeBridge::new(Script { failures, ..Script::default() });
    let (ended, record) = served(&bridge, |_, _| async { Ok(Answer::default()) }).await;
    assert_eq!((ended, record.returns.len()), (Ended::Unheard, 1));
}

#[tokio::test]
async fn a_connection_that_drops_during_a_call_ends_the_process() {
    let bridge = FakeBridge::new(Script { hang_up: ["read_file"].into(), ..Script::default() });
    let (ended, record) = served(&bridge, |client, _| async move {
        client.read_file(&at(), "app.toml").await?;
        Ok(Answer::default())
    })
    .await;
    assert_eq!((ended, record.calls), (Ended::Cancelled, vec!["ping", "read_file"]));
}

#[tokio::test]
async fn a_cancelled_build_ends_although_it_asks_nothing() {
    let bridge = FakeBridge::default();
    let cancelling = bridge.clone();
    let build = |_: Client, _: Environment| async move {
        cancelling.hang_up();
        std::future::pending().await
    };
    let ended = tokio::time::timeout(Duration::from_secs(10), served(&bridge, build)).await;
    assert_eq!(ended.expect("it ends by itself").0, Ended::Cancelled);
}

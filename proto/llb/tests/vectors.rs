//! Eleven graphs whose bytes were made by BuildKit's own client: ours must be the same.

use std::collections::BTreeMap;

use base64::Engine as _;
use buildkit_llb::{
    Copy, Exec, File, Fs, Git, Http, Image, Local, Network, Output, Owner, Platform, Secret, Sharing,
    definition, diff, from_definition, merge, verify,
};
use buildkit_proto::pb;

#[derive(serde::Deserialize)]
struct Vector {
    name: String,
    ops: Vec<Op>,
}

#[derive(serde::Deserialize)]
struct Op {
    digest: String,
    base64: String,
    fields: serde_json::Value,
}

fn image() -> Output {
    Image::new("docker.io/library/python:3.13-slim", &Platform::linux("amd64")).output()
}

fn context() -> Output {
    Local::new("context")
        .session("S")
        .exclude(&[".git".into()])
        .follow_paths(&["pyproject.toml".into(), "src".into()])
        .shared_key_hint("context")
        .output()
}

fn wheel() -> Output {
    Http::new("https://files.example/idna-3.10-py3-none-any.whl")
        .checksum("sha256:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881")
        .filename("idna-3.10-py3-none-any.whl")
        .output()
}

fn graphs() -> BTreeMap<&'static str, Output> {
    let amd64 = Platform::linux("amd64");
    let mut install = Exec::new(image(), ["/install", "/in", "/out"]).platform(&amd64).network(Network::None);
    install.read_only("/in", wheel());

    let mut pip = Exec::new(image(), ["/bin/sh", "-c", "pip install ."])
        .platform(&amd64)
        .cwd("/app")
        .user("1000:1000")
        .env("A", "1")
        .env("B", "two words");
    pip.cache("/root/.cache/uv", "uv", Sharing::Shared);
    pip.secret("/run/secrets/netrc", Secret::new("netrc"));
    pip.tmpfs("/tmp", 0);
    pip.ssh("", false);

    let mkdir = |path: &str| File::on(Fs::Scratch).mkdir(path, 0o755, false, None, None).output();
    let whole =
        Copy { directory_contents: true, owner: Some(Owner { uid: 1000, gid: 1000 }), ..Copy::default() };
    let python =
        Copy { include: vec!["**/*.py".into()], exclude: vec!["tests".into()], ..Copy::as_dockerfile() };
    let changed = File::on(image()).mkdir("/a", 0o755, false, None, None).output();
    [
        ("git", Git::new("https://example.com/a/b.git", "main").output()),
        ("exec-net-none-ro-mount-scratch-out", install.output_at("/out", Fs::Scratch)),
        ("exec-cache-secret-ssh-tmpfs-env", pip.output()),
        (
            "file-mkdir-mkfile-rm-chain",
            File::on(Fs::Scratch)
                .mkdir("/app", 0o755, true, None, None)
                .mkfile("/app/x", 0o644, b"hi", None, None)
                .rm("/app/y", true, false)
                .output(),
        ),
        ("file-copy-chown-id", File::on(Fs::Scratch).copy(context(), "/", "/app", whole).output()),
        ("diff", diff(&image().into(), &changed.into()).expect("a diff")),
        ("image", image()),
        ("file-copy", File::on(image()).copy(context(), "/src", "/app/", python).output()),
        ("merge", merge([image().into(), mkdir("/a").into(), mkdir("/b").into()]).expect("a merge")),
        ("http-checksum", wheel()),
        ("local", context()),
    ]
    .into()
}

#[test]
fn our_bytes_are_those_of_buildkit() {
    let vectors: Vec<Vector> = serde_json::from_str(include_str!("fixtures/wire-vectors.json")).unwrap();
    let graphs = graphs();
    assert_eq!(vectors.len(), graphs.len());
    for vector in vectors {
        let ours = definition(&graphs[vector.name.as_str()]);
        assert_eq!(verify(&ours), vec![], "{}", vector.name);
        assert_eq!(ours.def.len(), vector.ops.len(), "{}", vector.name);
        for op in &vector.ops {
            let found = ours.def.iter().any(|bytes| buildkit_llb::sha256(bytes) == op.digest);
            let dump = buildkit_llb::dump(&ours);
            assert!(found, "{}: missing {:#}\nours:\n{dump}", vector.name, op.fields);
        }
    }
}

/// Somebody else's graph is handed on as it came: BuildKit's own bytes, not ours.
#[test]
fn their_bytes_stay_theirs() {
    let vectors: Vec<Vector> = serde_json::from_str(include_str!("fixtures/wire-vectors.json")).unwrap();
    for vector in vectors {
        let base64 = base64::engine::general_purpose::STANDARD;
        let def: Vec<_> = vector.ops.iter().map(|op| base64.decode(&op.base64).unwrap()).collect();
        let description = [("llb.customname".to_owned(), vector.name.clone())].into();
        let metadata = pb::OpMetadata { description, ..pb::OpMetadata::default() };
        let (_, operations) = vector.ops.split_last().unwrap();
        let metadata = operations.iter().map(|op| (op.digest.clone(), metadata.clone())).collect();
        let theirs = pb::Definition { def, metadata, source: None };

        let again = definition(&from_definition(&theirs).unwrap().expect("a result"));
        assert_eq!(again.def, theirs.def, "{}", vector.name);
        let (_, operations) = again.def.split_last().unwrap();
        for bytes in operations {
            let digest = buildkit_llb::sha256(bytes);
            assert_eq!(again.metadata[&digest], theirs.metadata[&digest], "{}", vector.name);
        }
        assert_eq!(verify(&again), vec![], "{}", vector.name);
        // What we make ourselves goes the same way and loses nothing.
        let ours = definition(&graphs()[vector.name.as_str()]);
        let again = definition(&from_definition(&ours).unwrap().expect("a result"));
        assert_eq!(again, ours, "{}", vector.name);
    }
}

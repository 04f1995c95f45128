//! What graphs look like as text.

use buildkit_llb::{
    ContentCache, Copy, Exec, File, Fs, Git, Http, Image, Local, Meta, Network, Output, Owner, Platform,
    ProxyEnv, Secret, Sharing, SourceFile, Ulimit, definition, diff, dump, merge_with,
};
use insta::assert_snapshot;

fn show(output: &Output) -> String {
    dump(&definition(output))
}

fn image() -> Output {
    Image::new("docker.io/library/python:3.13", &Platform::linux("amd64")).output()
}

#[test]
fn a_merge() {
    let file = SourceFile::new("app.toml", "from = \"python:3.13\"\n", "TOML");
    let wheel =
        Http::new("https://files.example/idna.whl").checksum("sha256:aa").filename("idna.whl").output();
    let mut install = Exec::new(Fs::Scratch, ["/install", "/in", "/out dir"]).network(Network::None);
    install.read_only("/in", wheel);
    let install = install.meta(Meta::named("install idna").at(&file, 3, 4).group("g", "wheels", true));
    let layer = install.output_at("/out dir", Fs::Scratch);
    let new = diff(&image().into(), &File::on(image()).rm("/tmp", true, false).output().into());
    let meta = Meta::named("image").at(&file, 1, 1).ignore_cache(true);
    let merged = merge_with([image().into(), layer.into(), new], meta).expect("three");
    assert_snapshot!(show(&merged), @r#"
    %0 = source docker-image://docker.io/library/python:3.13
        platform linux/amd64
    %1 = source https://files.example/idna.whl
        http.checksum = sha256:aa
        http.filename = idna.whl
    %2 = exec /install /in "/out dir" [%1:0]
        "install idna"
        group g "wheels" (weak)
        cwd /
        network none
        mount / rw scratch -> :0
        mount /in ro $0
        mount /out dir rw scratch -> :1
        at app.toml:3-4
    %3 = file [%0:0]
        on $0 rm /tmp if-there
    %4 = diff $0 to $1 [%0:0, %3:0]
    %5 = merge [%0:0, %2:1, %4:0]
        "image"
        ignore cache
        at app.toml:1-1
    return [%5:0]
    "#);
}

#[test]
fn an_exec_with_every_kind_of_mount() {
    let mut exec = Exec::new(image(), ["/bin/sh", "-c", "make \"all\"", ""])
        .platform(&Platform { variant: "v7".to_owned(), ..Platform::linux("arm") })
        .env("A", "two words")
        .cwd("/src")
        .user("1000:1000")
        .hostname("builder")
        .cgroup_parent("builds")
        .network(Network::Host)
        .proxy(Some(ProxyEnv { http: "http://proxy".to_owned(), ..ProxyEnv::default() }))
        .extra_host("host", "10.0.0.1")
        .ulimit(Ulimit { name: "nofile".to_owned(), soft: 1024, hard: -1 });
    let context = Local::new("context").session("S").output();
    exec.read_only("/whole", context.clone());
    exec.read_only_part("/part", context.clone(), "/lock", ContentCache::On);
    exec.read_only_part("/named", image(), "", ContentCache::Off);
    exec.throw_away("/src", context);
    exec.cache("/cache", "uv", Sharing::Locked);
    exec.tmpfs("/tmp", 64);
    exec.secret("/run/secrets/netrc", Secret { optional: true, uid: 1000, ..Secret::new("netrc") });
    exec.secret_env("TOKEN", "token", false);
    exec.ssh("default", false);
    assert_snapshot!(show(&exec.output_at("/out", Fs::Scratch)), @r#"
    %0 = source docker-image://docker.io/library/python:3.13
        platform linux/amd64
    %1 = source local://context
        local.session = S
    %2 = exec /bin/sh -c "make \"all\"" "" [%0:0, %1:0]
        platform linux/arm/v7
        cwd /src
        env A=two words
        env SSH_AUTH_SOCK=/run/buildkit/ssh_agent.0
        user 1000:1000
        hostname builder
        cgroup builds
        proxies
        host host 10.0.0.1
        ulimit nofile 1024:-1
        network host
        secret token -> env TOKEN
        mount / rw $0 -> :0
        mount /cache cache uv locked
        mount /named ro $0 not by content
        mount /out rw scratch -> :1
        mount /part ro $1/lock by content
        mount /src rw $1 thrown away
        mount /tmp tmpfs 64
        mount /whole ro $1
        mount /run/secrets/netrc secret netrc 400 1000:0 optional
        mount /run/buildkit/ssh_agent.0 ssh default
    return [%2:1]
    "#);
}

#[test]
fn every_file_action() {
    let context = Local::new("context").exclude(&["<a>".into()]).follow_paths(&["src".into()]).output();
    let owner = Some(Owner { uid: 1000, gid: 100 });
    let some = Copy {
        include: vec!["**/*.py".into()],
        exclude: vec!["tests".into()],
        mode: Some(0o750),
        owner,
        unpack: true,
        ..Copy::as_dockerfile()
    };
    let file = File::on(image())
        .mkdir("/app", 0o755, true, owner, Some(1))
        .mkfile("/app/x", 0o644, b"hi", None, None)
        .copy(context.clone(), "src", "app/", some)
        .copy(context, "/", "/all", Copy::default())
        .symlink("x", "/app/y", None, Some(0))
        .rm("/app/*.pyc", true, true)
        .rm("/app/z", false, false);
    assert_snapshot!(show(&file.meta(Meta::named("files")).output()), @r#"
    %0 = source docker-image://docker.io/library/python:3.13
        platform linux/amd64
    %1 = source local://context
        local.excludepatterns = ["\u003ca\u003e"]
        local.followpaths = ["src"]
    %2 = file [%0:0, %1:0]
        "files"
        on $0 mkdir /app 755 with parents at 1
            owner 1000:100
        on $2 mkfile /app/x 644 sha256:8f434346648f6b96df89dda901c5176b10a6d83961dd3c1ac88b59b2dc327aa4
        on $3 copy $1/src -> /app/
            mode 750
            owner 1000:100
            include **/*.py
            exclude tests
            follow-symlink directory-contents create-destination wildcard allow-empty unpack
        on $4 copy $1/ -> /all
        on $5 symlink /app/y -> x at 0
        on $6 rm /app/*.pyc if-there wildcard
        on $7 rm /app/z
    return [%2:0]
    "#);
}

#[test]
fn repositories() {
    let git = Git::new("ssh://git@example.com:22/team/app.git", "v1").subdirectory("sub").checksum("0123abc");
    let git = git.keep_git_dir().skip_submodules().commit_time().fetch_by_commit();
    assert_snapshot!(show(&git.output()), @r#"
    %0 = source git://example.com:22/team/app.git#v1:sub
        git.authheadersecret = GIT_AUTH_HEADER
        git.authtokensecret = GIT_AUTH_TOKEN
        git.checksum = 0123abc
        git.fetchbycommit = true
        git.fullurl = ssh://git@example.com:22/team/app.git
        git.keepgitdir = true
        git.mountsshsock = default
        git.mtime = commit
        git.skipsubmodules = true
    return [%0:0]
    "#);
}

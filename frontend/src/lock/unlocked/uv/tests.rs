use super::*;
use crate::lock::unlocked::tests::check;
use crate::lock::{self, Others, Read, Request};
use crate::text::Files;

fn pyproject(tool: &str) -> String {
    let groups = "[dependency-groups]\ndev = ['b']\n";
    check(&[(
        "pyproject.toml",
        &format!("[project]\nname='app'\ndependencies=['a[x]>=1; os_name==\"posix\"']\n{groups}{tool}"),
    )])
}

#[test]
fn indexes_are_asked_in_the_order_of_uv() {
    insta::assert_snapshot!(pyproject("[tool.uv]\nextra-index-url=['https://c/simple']\nfind-links=['https://l']\n[[tool.uv.index]]\nname='one'\nurl='https://one/simple'\n[[tool.uv.index]]\nname='only'\nurl='https://only/simple'\nexplicit=true\n[[tool.uv.index]]\nurl='https://d/simple'\ndefault=true\n[[tool.uv.index]]\nurl='https://two/simple'\n[[tool.uv.index]]\nurl='https://flat'\nformat='flat'"), @r#"
    default https://d/simple
    index https://one/simple
    index https://two/simple
    index https://c/simple
    explicit https://only/simple
    links https://flat
    links https://l
    a[x]>=1; os_name=="posix"
    b
    "#);
    insta::assert_snapshot!(pyproject("[tool.uv]\nindex-url='https://i/simple'\nno-index=true"), @r#"
    default https://i/simple
    no index
    a[x]>=1; os_name=="posix"
    b
    "#);
}

#[test]
fn the_usual_index_need_not_be_named() {
    let usual = format!("[[tool.uv.index]]\nname='usual'\nurl='{DEFAULT_INDEX}/'\ndefault=true");
    insta::assert_snapshot!(pyproject(&usual), @r#"
    a[x]>=1; os_name=="posix"
    b
    "#);
}

#[test]
fn requirements_are_asked_at_the_indexes_of_the_project_too() {
    insta::assert_snapshot!(check(&[("requirements.txt", "--extra-index-url https://r/simple\n--index-url https://d/simple\na\n"), ("pyproject.toml", "[[tool.uv.index]]\nurl='https://one/simple'")]), @"
    default https://d/simple
    index https://one/simple
    index https://r/simple
    a
    ");
    insta::assert_snapshot!(check(&[("requirements.txt", "a\n./wheels/b-1-py3-none-any.whl")]), @"
    a
    b @ ./wheels/b-1-py3-none-any.whl
    tree wheels/b-1-py3-none-any.whl
    ");
}

#[test]
fn sources_become_references() {
    insta::assert_snapshot!(pyproject("[tool.uv.sources]\nA={git='https://h/a', tag='v1', subdirectory='s'}\nb=[{path='libs/b', editable=true}]"), @r#"
    a[x] @ git+https://h/a@v1#subdirectory=s ; os_name=="posix"
    b @ ./libs/b
    tree libs/b
    "#);
    insta::assert_snapshot!(pyproject("[tool.uv.sources]\na={url='https://h/a.zip'}\nother={workspace=true}"), @r#"
    a[x] @ https://h/a.zip ; os_name=="posix"
    b
    "#);
    insta::assert_snapshot!(pyproject("[tool.uv.sources]\na={index='i'}\n[[tool.uv.index]]\nname='i'\nurl='https://i/simple'\ndefault=true"), @r#"
    default https://i/simple
    a[x]>=1; os_name=="posix"
    b
    "#);
}

#[test]
fn settings_that_requirements_can_say() {
    insta::assert_snapshot!(pyproject("[tool.uv]\nconstraint-dependencies=['c<2']\nprerelease='allow'\nindex-strategy='first-index'"), @r#"
    a[x]>=1; os_name=="posix"
    b
    constraint c<2
    "#);
}

#[test]
fn what_takes_a_lock_is_an_error() {
    insta::assert_snapshot!(pyproject("[tool.uv.sources]\na={index='i'}\nb={workspace=true}\n[[tool.uv.index]]\nname='i'\nurl='https://i/simple'\nexplicit=true"), @"
    pyproject.toml:7:1: error[uv-source]: the source of `a` in `[tool.uv.sources]` is the index `i` alone, which takes a lock
      = help: lock it, and keep the lock beside it: `uv lock`
    pyproject.toml:8:1: error[uv-source]: the source of `b` in `[tool.uv.sources]` is the workspace, whose members only a lock lists
      = help: lock it, and keep the lock beside it: `uv lock`
    ");
    insta::assert_snapshot!(pyproject("[tool.uv.sources]\na=[{index='i', marker='x'}, {index='j'}]\nb={index='none'}"), @r#"
    pyproject.toml:7:1: error[uv-source]: the source of `a` in `[tool.uv.sources]` depends on a condition, which takes a lock
      = help: lock it, and keep the lock beside it: `uv lock`
    pyproject.toml:8:1: error[uv-source]: the source of `b` in `[tool.uv.sources]` names the index `none`, which `[[tool.uv.index]]` does not have
      = help: add `[[tool.uv.index]]` with `name = "none"` and its `url`
    "#);
    insta::assert_snapshot!(pyproject("[tool.uv.sources]\na={path='../a'}\nb={npm='b'}"), @"
    pyproject.toml:7:1: error[uv-source]: the source of `a` in `[tool.uv.sources]` is `../a`, which is outside of the build context
      = help: build with a context that has it (paths are relative to `pyproject.toml`)
    pyproject.toml:8:1: error[uv-source]: the source of `b` in `[tool.uv.sources]` is of an unknown kind
      = help: lock it, and keep the lock beside it: `uv lock`
    ");
    insta::assert_snapshot!(pyproject("[tool.uv]\noverride-dependencies=['x']\nexclude-newer='2026-01-01'\nindex-strategy='unsafe-best-match'"), @"
    pyproject.toml:7:1: error[uv-setting]: only `uv lock` follows `override-dependencies` of `[tool.uv]`, and there is no lock
      = help: lock it, and keep the lock beside it: `uv lock`
    pyproject.toml:8:1: error[uv-setting]: only `uv lock` follows `exclude-newer` of `[tool.uv]`, and there is no lock
      = help: lock it, and keep the lock beside it: `uv lock`
    pyproject.toml:9:1: error[uv-setting]: only `uv lock` follows `index-strategy` of `[tool.uv]`, and there is no lock
      = help: lock it, and keep the lock beside it: `uv lock`
    ");
    insta::assert_snapshot!(pyproject("[[tool.poetry.source]]\nname='p'\nurl='https://p'"), @"
    pyproject.toml:6:3: error[lock-missing]: `[[tool.poetry.source]]` says where packages come from, which takes poetry to follow
      = help: lock it, and keep the lock beside it: `poetry lock`
    ");
    insta::assert_snapshot!(pyproject("[tool.uv]\nfind-links=['./wheels']\n[[tool.uv.index]]\nurl='file:///x'"), @"
    pyproject.toml:9:6: error[uv-index]: `file:///x` is no URL of an index; a directory is not looked into
      = help: lock it, and keep the lock beside it (a lock names the files themselves): `uv lock`
    pyproject.toml:7:14: error[uv-index]: `./wheels` is no URL of an index; a directory is not looked into
      = help: lock it, and keep the lock beside it (a lock names the files themselves): `uv lock`
    ");
    insta::assert_snapshot!(pyproject("[[tool.uv.index]]\nurl='https://a'\ndefault=true\n[[tool.uv.index]]\nurl='https://b'\ndefault=true\n[[tool.uv.index]]\nurl='https://c'\ndefault=true\nexplicit=true"), @"
    pyproject.toml:10:6: error[uv-index]: there are two default indexes
      = help: take `default = true` out of one of them
    pyproject.toml:13:6: error[uv-index]: an index that is both `default` and `explicit` leaves none for the other packages
      = help: take one of the two out
    ");
    insta::assert_snapshot!(pyproject("[[tool.uv.index]]\nurl=5"), @"pyproject.toml:7:5: error[lock-syntax]: `pyproject.toml` cannot be read: invalid type: integer `5`, expected a string");
}

#[test]
fn credentials_are_an_error_and_are_not_shown() {
    insta::assert_snapshot!(pyproject("[[tool.uv.index]]\nurl='https://user:hunter2@i/simple'"), @r#"
    pyproject.toml:7:6: error[index-credentials]: this URL holds credentials
      = help: take them out, and name a build secret: `[[index]]` with `url = "…"` and `secret = "…"`
    "#);
    insta::assert_snapshot!(pyproject("[tool.uv.sources]\na={git='https://hunter2@h/a'}\nb={url='https://u:hunter2@h/b.whl'}"), @r#"
    pyproject.toml:7:1: error[url-credentials]: the source of `a` in `[tool.uv.sources]` holds credentials
      = help: take them out, and lock: a locked repository is opened with the build secret `GIT_AUTH_TOKEN`
    pyproject.toml:8:1: error[url-credentials]: the source of `b` in `[tool.uv.sources]` holds credentials
      = help: take them out, and name a build secret for its host: `[[index]]` with `url = "…"` and `secret = "…"`
    "#);
    insta::assert_snapshot!(check(&[("requirements.txt", "a @ https://u:hunter2@h/a.whl\nb @ git+https://hunter2@h/b")]), @r#"
    requirements.txt:1:1: error[url-credentials]: this URL holds credentials
      = help: take them out, and name a build secret for its host: `[[index]]` with `url = "…"` and `secret = "…"`
    requirements.txt:2:1: error[url-credentials]: this URL holds credentials
      = help: take them out, and lock: a locked repository is opened with the build secret `GIT_AUTH_TOKEN`
    "#);
}

#[test]
fn a_uv_toml_stands_in_for_the_settings_of_the_project() {
    let project = "[project]\nname='app'\ndependencies=['a']\n[dependency-groups]\ndev=['b']\n";
    let with = |tool: &str, settings: &str| {
        check(&[("pyproject.toml", &format!("{project}{tool}")), ("uv.toml", settings)])
    };
    insta::assert_snapshot!(with("[tool.uv]\nindex-url='https://no/simple'\nconstraint-dependencies=['c<2']\n[tool.uv.sources]\na={path='libs/a'}\n[[tool.uv.index]]\nurl='https://no/too'", "extra-index-url=['https://e/simple']\n[[index]]\nurl='https://i/simple'"), @"
    index https://i/simple
    index https://e/simple
    a @ ./libs/a
    b
    constraint c<2
    tree libs/a
    ");
    insta::assert_snapshot!(check(&[("requirements.txt", "a\n"), ("pyproject.toml", "[tool.uv]\nindex-url='https://no/simple'"), ("uv.toml", "index-url='https://yes/simple'")]), @"
    default https://yes/simple
    a
    ");
    insta::assert_snapshot!(check(&[("requirements.txt", "a\n"), ("uv.toml", "index-url='https://yes/simple'")]), @"
    default https://yes/simple
    a
    ");
    insta::assert_snapshot!(with("[tool.uv]\noverride-dependencies=['x']\nexclude-newer='2026-01-01'", "resolution='lowest'\nfind-links=['./wheels']\noverride-dependencies=['x']"), @"
    pyproject.toml:7:1: error[uv-setting]: only `uv lock` follows `override-dependencies` of `[tool.uv]`, and there is no lock
      = help: lock it, and keep the lock beside it: `uv lock`
    uv.toml:1:1: error[uv-setting]: only `uv lock` follows `resolution` of `uv.toml`, and there is no lock
      = help: lock it, and keep the lock beside it: `uv lock`
    uv.toml:2:14: error[uv-index]: `./wheels` is no URL of an index; a directory is not looked into
      = help: lock it, and keep the lock beside it (a lock names the files themselves): `uv lock`
    ");
    insta::assert_snapshot!(with("[tool.uv.sources]\na={index='i'}\n[[tool.uv.index]]\nname='i'\nurl='https://i/simple'", "[[index]]\nurl='https://user:hunter2@i/simple'"), @r#"
    uv.toml:2:6: error[index-credentials]: this URL holds credentials
      = help: take them out, and name a build secret: `[[index]]` with `url = "…"` and `secret = "…"`
    pyproject.toml:7:1: error[uv-source]: the source of `a` in `[tool.uv.sources]` is the index `i` alone, which takes a lock
      = help: lock it, and keep the lock beside it: `uv lock`
    "#);
    insta::assert_snapshot!(with("", "[[index]]\nurl=5"), @"uv.toml:2:5: error[lock-syntax]: `uv.toml` cannot be read: invalid type: integer `5`, expected a string");
    insta::assert_snapshot!(with("", "[[index]]\nurl='https://f'\nformat='flat'\ndefault=true"), @r#"
    uv.toml:2:6: error[uv-index]: one page of links (`format = "flat"`) cannot be the default index
      = help: take `default = true` out, and write `no-index = true` into `uv.toml`
    "#);
}

#[test]
fn a_uv_toml_beside_a_project_elsewhere_is_asked_for() {
    let mut files = Files::default();
    let project = files.add("api/pyproject.toml", "[project]\nname='app'\ndependencies=['a']");
    let read = |others: &Others| lock::read(&project, others, &Request::default()).into_result().unwrap().0;
    let Read::Needs(needs) = read(&Others::new()) else { panic!("uv.toml is not asked for") };
    assert_eq!(needs, ["api/uv.toml"]);
    let settings = files.add("api/uv.toml", "index-url='https://i/simple'");
    let Read::Unlocked(found) = read(&Others::from([(needs[0].clone(), Some(settings))])) else { panic!() };
    assert_eq!(found.indexes.index.as_deref(), Some("https://i/simple"));
    let Read::Unlocked(found) = read(&Others::from([(needs[0].clone(), None)])) else { panic!() };
    assert_eq!(found.indexes.index, None);
}

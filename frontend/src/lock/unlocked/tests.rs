use super::*;
use crate::lock::{self, Others, Request};
use crate::text::Files;

/// What is resolved for these files, of which the first is the dependency file.
pub(super) fn check(texts: &[(&str, &str)]) -> String {
    let mut files = Files::default();
    let read: Vec<(String, SourceFile)> =
        texts.iter().map(|(name, text)| ((*name).to_owned(), files.add(*name, *text))).collect();
    let mut others: Others = read.iter().map(|(name, file)| (name.clone(), Some(file.clone()))).collect();
    others.entry("pyproject.toml".to_owned()).or_default();
    let request = Request::default().group("dev", None);
    let unlocked = match lock::read(&read[0].1, &others, &request).into_result() {
        Ok((Read::Unlocked(unlocked), _)) => unlocked,
        Ok(other) => panic!("{other:?}"),
        Err(errors) => {
            let rendered = errors.iter().map(|error| error.render(&files)).collect::<String>();
            assert!(!rendered.contains("hunter2"), "{rendered}");
            return errors.iter().map(|error| error.brief(&files)).collect::<Vec<_>>().join("\n");
        }
    };
    let Indexes { index, extra, find_links, no_index, explicit } = &unlocked.indexes;
    let lists = [
        ("default", index.iter().cloned().collect()),
        ("index", extra.clone()),
        ("explicit", explicit.clone()),
        ("links", find_links.clone()),
        ("no index", no_index.then(String::new).into_iter().collect()),
        ("", unlocked.requirements.clone()),
        ("constraint", unlocked.constraints.clone()),
        ("tree", unlocked.trees.clone()),
    ];
    let lines = lists.iter().flat_map(|(title, list)| list.iter().map(move |line| format!("{title} {line}")));
    lines.map(|line| line.trim().to_owned()).collect::<Vec<_>>().join("\n")
}

fn pyproject(text: &str) -> String {
    check(&[("pyproject.toml", text)])
}

#[test]
fn own_extras_are_resolved_under_their_conditions() {
    insta::assert_snapshot!(pyproject("[project]\nname='app'\ndependencies=['app[a]; os_name==\"nt\"', 'app[b]']\n[project.optional-dependencies]\na=['x>1', 'y;python_version>\"3\"', 'app[a,b]']\nb=['z']\n[dependency-groups]\ndev=[]"), @r#"
    x>1 ; os_name=="nt"
    y;(os_name=="nt") and (python_version>"3")
    z
    z ; os_name=="nt"
    "#);
}

#[test]
fn what_uv_wrote_before_there_were_groups() {
    insta::assert_snapshot!(pyproject("[project]\nname='app'\n[tool.uv]\ndev-dependencies=['pytest']\n[dependency-groups]\ndev=['ruff']"), @"
    pytest
    ruff
    ");
}

#[test]
fn mistakes() {
    insta::assert_snapshot!(pyproject("[project]\nname='app'\n[dependency-groups]\ndeb=[]"), @"
    error[unknown-group]: `pyproject.toml`: there is no group `dev`
      = help: did you mean `deb`?
    ");
    insta::assert_snapshot!(pyproject("[project]\nname='app'\ndependencies=['a @ git+https://hunter2@h/a']\n[dependency-groups]\ndev=[]"), @"
    pyproject.toml:3:20: error[url-credentials]: this URL holds credentials
      = help: take them out, and lock: a locked repository is opened with the build secret `GIT_AUTH_TOKEN`
    ");
    insta::assert_snapshot!(pyproject("[project]\nname='app'\n[tool.poetry.dependencies]\nflask='*'\n[dependency-groups]\ndev=[]"), @"
    pyproject.toml:3:1: error[lock-missing]: `pyproject.toml` has its dependencies in Poetry's own form, which only Poetry resolves
      = help: lock it, and keep the lock beside it: `poetry lock`
    ");
    insta::assert_snapshot!(pyproject("[project]\nname='app'\n<<<<<<< HEAD\n"), @"
    pyproject.toml:3:9: error[lock-syntax]: `pyproject.toml` cannot be read: key with no value, expected `=`
      = help: it holds a conflict of git: resolve it first
    ");
    insta::assert_snapshot!(check(&[("uv.lock", "version = 1\n<<<<<<< HEAD\n=======\n>>>>>>> main\n")]), @"
    uv.lock:2:9: error[lock-syntax]: `uv.lock` cannot be read: key with no value, expected `=`
      = help: it holds a conflict of git: take one side, and lock again: `uv lock`
    ");
    insta::assert_snapshot!(check(&[("Pipfile.lock", "{\n<<<<<<< HEAD\n")]), @"
    Pipfile.lock:2:1: error[lock-syntax]: `Pipfile.lock` cannot be read: key must be a string at line 2 column 1
      = help: it holds a conflict of git: take one side, and lock again: `pipenv lock`
    ");
    insta::assert_snapshot!(check(&[("requirements.txt", "numpy @ file:///croot/numpy/work\n")]), @"
    requirements.txt:1:1: error[requirement]: `/croot/numpy/work` is outside of the build context; paths are relative to it
      = help: `pip freeze` writes where its own machine had the package: `pip list --format freeze` writes versions
    ");
}

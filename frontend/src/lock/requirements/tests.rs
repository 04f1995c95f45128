use super::*;
use crate::lock::{Others, Request};
use crate::text::Files;

/// Reads `requirements.txt` with these files beside it.
fn read_files(texts: &[(&str, &str)]) -> (Files, Checked<Read>) {
    let mut files = Files::default();
    let mut others = Others::new();
    for (name, text) in texts {
        others.insert((*name).to_owned(), Some(files.add(*name, *text)));
    }
    let file = others["requirements.txt"].clone().unwrap();
    let read = read(&Reader { file: &file, others: &others, request: &Request::default() });
    (files, read)
}

fn unlocked(texts: &[(&str, &str)]) -> Unlocked {
    match read_files(texts).1.into_result() {
        Ok((Read::Unlocked(unlocked), _)) => unlocked,
        other => panic!("{other:?}"),
    }
}

fn locked(texts: &[(&str, &str)]) -> Lock {
    match read_files(texts).1.into_result() {
        Ok((Read::Locked(lock), _)) => lock,
        other => panic!("{other:?}"),
    }
}

fn errors(text: &str) -> String {
    let (files, read) = read_files(&[("requirements.txt", text), ("missing.txt", "")]);
    read.into_result().unwrap_err().iter().map(|error| error.brief(&files) + "\n").collect()
}

#[test]
fn unpinned_lines_are_handed_on() {
    let found = unlocked(&[
        ("requirements.txt", "-r sub/base.txt\nFlask\n--pre\n--index-url https://i/simple\n-c c.txt\n"),
        ("sub/base.txt", "-r more.txt\nrequests==2 ; os_name=='posix'\n"),
        ("sub/more.txt", "-r base.txt\n--only-binary numpy\n"),
        ("c.txt", "urllib3<2\n"),
        ("pyproject.toml", ""),
    ]);
    assert_eq!(found.requirements, ["flask", "requests==2 ; os_name=='posix'"]);
    assert_eq!(found.constraints, ["urllib3<2"]);
    assert_eq!(found.indexes.index.as_deref(), Some("https://i/simple"));
    assert!(found.prereleases);
    insta::assert_snapshot!(found.warning().brief(&Files::default()), @"
    warning[not-locked]: `requirements.txt` is not locked: `requests==2 ; os_name=='posix'` has no `--hash`
      = help: to get the same packages at every build, lock them: `uv pip compile --universal --generate-hashes requirements.txt --output-file requirements.lock.txt`
    ");
}

#[test]
fn includes_that_are_not_read_yet_are_asked_for() {
    let (_, read) = read_files(&[("requirements.txt", "-r a/b.txt\n-e .\n./libs/x\n-c c.txt\n")]);
    let Ok((Read::Needs(needs), _)) = read.into_result() else { panic!() };
    assert_eq!(needs, ["a/b.txt", "c.txt", "libs/x/pyproject.toml", "pyproject.toml"]);
}

#[test]
fn pinned_lines_with_checksums_are_a_lock() {
    let hash = "0".repeat(64);
    let commit = "1".repeat(40);
    let text = format!(
        "a==1.0 \\\n  --hash=sha256:{hash} \\\n  --hash=md5:x\n-e .\n\
         b @ git+https://h/r@{commit}\nc @ https://h/c-1.zip#sha256={hash}\n"
    );
    let lock = locked(&[("requirements.txt", &text), ("pyproject.toml", "[project]\nname='app'")]);
    let names: Vec<&str> = lock.packages().map(|package| package.name.as_str()).collect();
    assert_eq!(names, ["a", "app", "b", "c"]);
}

#[test]
fn a_lock_has_the_indexes_of_the_project_too() {
    let hash = "0".repeat(64);
    let text = format!("--extra-index-url https://r/simple\n-f https://l\na==1.0 --hash=sha256:{hash}\n");
    let project = "[[tool.uv.index]]\nurl='https://d/simple'\ndefault=true\n\
                   [[tool.uv.index]]\nname='only'\nurl='https://only/simple'\nexplicit=true\n\
                   [[tool.uv.index]]\nurl='file:///wheels'\n";
    let indexes = locked(&[("requirements.txt", &text), ("pyproject.toml", project)]).indexes;
    assert_eq!(indexes.index.as_deref(), Some("https://d/simple"));
    assert_eq!(indexes.extra, ["https://r/simple"]);
    assert_eq!(indexes.explicit, ["https://only/simple"]);
    assert_eq!(indexes.find_links, ["https://l"]);
}

#[test]
fn an_empty_file_is_a_lock() {
    assert_eq!(locked(&[("requirements.txt", "# nothing\n")]).packages().count(), 0);
}

#[test]
fn mistakes_come_all_at_once() {
    let hash = "0".repeat(64);
    let text = format!(
        "a==1 --hash=sha256:{hash}\nb==1\nc>=1\n--indx-url https://i\n-i https://u:p@h/simple\n\
         --extra-index-url https://${{TOKEN}}@h\n-r ../x.txt\n-r https://h/x.txt\ne==\nhttps://h/\n"
    );
    insta::assert_snapshot!(errors(&text), @r#"
    requirements.txt:4:1: error[requirement]: `--indx-url` is no option of a requirements file; did you mean `--index-url`?
    requirements.txt:5:1: error[index-credentials]: this URL holds credentials
      = help: take them out, and name a build secret: `[[index]]` with `url = "…"` and `secret = "…"`
    requirements.txt:6:1: error[requirement-variable]: `${TOKEN}` has no value in a build
      = help: credentials of an index: take them out, and name a build secret in `[[index]]`
      = help: anything else: write the value itself
    requirements.txt:7:1: error[requirement]: `../x.txt` is outside of the build context
    requirements.txt:8:1: error[requirement]: `https://h/x.txt` is not a file of the build context
      = help: download it, and include the file
    requirements.txt:9:1: error[requirement]: not a version specifier: Failed to parse version: Unexpected end of version specifier, expected version:
    requirements.txt:10:1: error[requirement]: this names no package
      = help: write `name @ URL`
    requirements.txt:2:1: error[requirement-unpinned]: `b==1` has no `--hash`, and other lines have checksums
      = help: with one `--hash`, every line needs `==` and `--hash`: write the file with `pip-compile --generate-hashes` or `uv pip compile --generate-hashes`
    requirements.txt:3:1: error[requirement-unpinned]: `c>=1` is not pinned with `==`, and other lines have checksums
      = help: with one `--hash`, every line needs `==` and `--hash`: write the file with `pip-compile --generate-hashes` or `uv pip compile --generate-hashes`
    requirements.txt:10:1: error[requirement-unpinned]: `https://h/` has no sha256, and other lines have checksums
      = help: with one `--hash`, every line needs `==` and `--hash`: write the file with `pip-compile --generate-hashes` or `uv pip compile --generate-hashes`
    "#);
}

#[test]
fn what_is_no_requirement_at_all() {
    insta::assert_snapshot!(errors("[metadata]\nname = a\n"), @r#"
    requirements.txt:1:1: error[requirement]: `[metadata]` is no requirement: `name==1.0`, a URL or a path such as `./name` is one
    requirements.txt:2:1: error[requirement]: not a version specifier: Failed to parse version: no such comparison operator "=", must be one of ~= == != <= >= < > ===:
    "#);
    insta::assert_snapshot!(errors("a==1\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> main\n"), @"
    requirements.txt:2:1: error[requirement]: `requirements.txt` holds a conflict of git
      = help: take one side of it, or lock again
    ");
    insta::assert_snapshot!(errors("a; python >= '3'\n"), @"requirements.txt:1:1: error[requirement]: `python >= '3'` is not a marker: no such marker variable");
}

#[test]
fn directories_without_a_name() {
    let found = |pyproject: &str| {
        let mut files = Files::default();
        let file = files.add("requirements.txt", "-e .\n");
        let project = (!pyproject.is_empty()).then(|| files.add("pyproject.toml", pyproject));
        let others = Others::from([("pyproject.toml".to_owned(), project)]);
        let read = read(&Reader { file: &file, others: &others, request: &Request::default() });
        read.into_result().unwrap_err().iter().map(|error| error.brief(&files)).collect::<String>()
    };
    insta::assert_snapshot!(found(""), @"
    requirements.txt:1:1: error[requirement]: there is no `pyproject.toml` that has the name of the package in `.`
      = help: write `NAME @ .`
    ");
    insta::assert_snapshot!(found("[build-system]"), @"
    requirements.txt:1:1: error[requirement]: the package in `.` has no name in `pyproject.toml`
      = help: write `NAME @ .`
    ");
}

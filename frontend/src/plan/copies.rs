//! `copy`: what is taken, and where it lands.
//!
//! With a `dest`, a directory's content is put into it, as everywhere in the world of containers; a file is put
//! into a `dest` that ends with `/`, else it becomes `dest`. Without a `dest`, a path keeps its own place below
//! the working directory (`"web"` becomes `/app/web`), and a path that ends with `/` means its content
//! (`"web/"` lands in `/app` itself). What a pattern matches keeps its own name in a directory: `dest`, or the place
//! of what stands before the pattern (`"conf/*.ini"` lands in `/app/conf`).

use wheelbase_helper::contract::Facts;

use super::users::{AppUser, owner};
use super::{CopySource, CopyStep, Edge, Place, place, stage_or};
use crate::diag::Diagnostic;
use crate::ignore::{before_pattern, matches, matches_or_above};
use crate::spec::{Copy, Spec};
use crate::text::Spanned;

/// What a copy has to know of the stage that it is in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Into<'a> {
    pub spec: &'a Spec,
    pub workdir: &'a str,
    /// The facts of the stage's base; without them, files are copied on top of it.
    pub facts: Option<&'a Facts>,
    pub user: &'a AppUser,
}

impl Into<'_> {
    /// One entry of `copy`.
    pub(super) fn step(&self, copy: &Copy) -> Result<CopyStep, Diagnostic> {
        let from = match &copy.from {
            None => CopySource::Context,
            Some(name) => source(self.spec, &name.value),
        };
        let owner = match &copy.chown {
            None => (0, 0),
            Some(written) => owner(written, self.facts, self.user)?,
        };
        let patterns = |list: &[Spanned<String>]| list.iter().map(|p| p.value.clone()).collect();
        Ok(CopyStep {
            from,
            src: absolute("/", copy.src.trim_end_matches('/')),
            by_name: is_by_name(&copy.src),
            place: self.place(&destination(
                self.workdir,
                &copy.src,
                copy.dest.as_ref().map(|dest| dest.value.as_str()),
            )),
            include: patterns(&copy.include),
            exclude: patterns(&copy.exclude),
            mode: copy.chmod.as_ref().map(|mode| mode.value),
            owner,
            origin: Some(copy.span),
        })
    }

    /// What an app copies that says nothing: the whole context.
    pub(super) fn everything(&self) -> CopyStep {
        CopyStep {
            from: CopySource::Context,
            src: "/".to_owned(),
            by_name: false,
            place: self.place(&destination(self.workdir, ".", None)),
            include: vec![],
            exclude: vec![],
            mode: None,
            owner: (0, 0),
            origin: None,
        }
    }

    fn place(&self, path: &str) -> Place {
        match self.facts {
            Some(facts) => place(path, facts),
            None => Place { path: path.to_owned(), ancestors: vec![], on_top: true },
        }
    }
}

/// Where a name points.
pub(super) fn source(spec: &Spec, name: &str) -> CopySource {
    match stage_or(spec, name) {
        Edge::Stage(name) => CopySource::Stage(name.to_owned()),
        Edge::Source(name) => CopySource::Source(name.to_owned()),
        // Nothing can be copied from nothing; the description's check says so before we come here.
        Edge::Scratch => CopySource::Source("scratch".to_owned()),
    }
}

fn destination(workdir: &str, src: &str, dest: Option<&str>) -> String {
    match (dest, before_pattern(src)) {
        (Some(dest), Some(_)) => absolute(workdir, &format!("{dest}/")),
        (Some(dest), None) => absolute(workdir, dest),
        (None, Some(before)) => absolute(workdir, &format!("./{before}/")),
        (None, None) if src == "." || src.ends_with('/') => absolute(workdir, "./"),
        (None, None) => absolute(workdir, src.trim_start_matches('/')),
    }
}

/// Where a copy puts a file of the context, as an absolute path; `None` if it does not take it. `path` is that of a file,
/// from the root of the context.
pub fn lands(copy: &Copy, path: &str, workdir: &str) -> Option<String> {
    let src = absolute("/", copy.src.trim_end_matches('/'));
    let src = src.trim_matches('/');
    let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
    // What of the path is the source itself, and what is below it.
    let found = if before_pattern(src).is_some() {
        ends.map(|at| path.split_at(at)).find(|(found, _)| matches(src, found))?
    } else if src.is_empty() {
        ("", path)
    } else {
        ends.map(|at| path.split_at(at)).find(|(found, _)| *found == src)?
    };
    let (found, below) = (found.0, found.1.trim_start_matches('/'));
    let name = found.rsplit('/').next().unwrap_or_default();
    let selected = if below.is_empty() { name } else { below };
    let listed =
        |list: &[Spanned<String>]| list.iter().any(|pattern| matches_or_above(&pattern.value, selected));
    if copy.from.is_some() || listed(&copy.exclude) || !copy.include.is_empty() && !listed(&copy.include) {
        return None;
    }
    let dest = destination(workdir, &copy.src, copy.dest.as_ref().map(|dest| dest.value.as_str()));
    let dest = dest.trim_end_matches('/');
    Some(match (is_by_name(&copy.src), below) {
        (true, "") => format!("{dest}/{name}"),
        (true, below) => format!("{dest}/{name}/{below}"),
        (false, "") if copy.dest.as_ref().is_some_and(|dest| into(&dest.value)) => format!("{dest}/{name}"),
        (false, "") => dest.to_owned(),
        (false, below) => format!("{dest}/{below}"),
    })
}

/// Whether what is found keeps its own name at the destination: what a pattern matches does, unless its content is meant.
fn is_by_name(src: &str) -> bool {
    before_pattern(src).is_some() && !src.ends_with('/')
}

/// Whether a destination says that it is a directory.
fn into(path: &str) -> bool {
    path.ends_with('/') || path == "." || path.ends_with("/.")
}

/// `path` seen from `base`, cleaned: no `.`, no `..` above the root, no double `/`; a last `/` (or a last `.`,
/// which means the same) stays.
pub(super) fn absolute(base: &str, path: &str) -> String {
    let joined = if path.starts_with('/') { path.to_owned() } else { format!("{base}/{path}") };
    let mut parts: Vec<&str> = vec![];
    for part in joined.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    match parts.as_slice() {
        [] => "/".to_owned(),
        parts => format!("/{}{}", parts.join("/"), if into(path) { "/" } else { "" }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Files;

    #[test]
    fn destinations() {
        let check =
            |src, dest, expected| assert_eq!(destination("/app", src, dest), expected, "{src} {dest:?}");
        check(".", None, "/app/");
        check("web", None, "/app/web");
        check("web/", None, "/app/");
        check("conf/app.ini", None, "/app/conf/app.ini");
        check("/src/dist", None, "/app/src/dist");
        check("backend/", Some("."), "/app/");
        check("/src/dist", Some("static/"), "/app/static/");
        check("app.ini", Some("/etc/app.ini"), "/etc/app.ini");
        check("app.ini", Some("../x"), "/x");
        check("all", Some("/"), "/");
        check("*.py", None, "/app/");
        check("conf/*.ini", None, "/app/conf/");
        check("a/b?/[c]", None, "/app/a/");
        check("packages/*/", None, "/app/packages/");
        check("*.py", Some("lib"), "/app/lib/");
        check("*.py", Some("/"), "/");
    }

    #[test]
    fn landings() {
        let file = Files::default().add("app.toml", "");
        let spanned = |text: &str| Spanned::new(text.to_owned(), file.span(0..0));
        let check = |src: &str, dest: Option<&str>, path: &str, expected: Option<&str>| {
            let copy = Copy {
                from: None,
                src: spanned(src),
                dest: dest.map(spanned),
                include: vec![],
                exclude: vec![spanned("tests"), spanned("**/*.md")],
                chmod: None,
                chown: None,
                span: file.span(0..0),
            };
            assert_eq!(lands(&copy, path, "/app").as_deref(), expected, "{src} {dest:?} {path}");
        };
        check(".", None, "web/app.py", Some("/app/web/app.py"));
        check(".", Some("/srv"), "app.py", Some("/srv/app.py"));
        check("web", None, "web/app.py", Some("/app/web/app.py"));
        check("web/", None, "web/app.py", Some("/app/app.py"));
        check("web", Some("."), "web/app.py", Some("/app/app.py"));
        check("web", None, "website/app.py", None);
        check("app.py", None, "app.py", Some("/app/app.py"));
        check("app.py", Some("lib/"), "app.py", Some("/app/lib/app.py"));
        check("app.py", Some("main.py"), "app.py", Some("/app/main.py"));
        check("*.py", None, "app.py", Some("/app/app.py"));
        check("*.py", None, "web/app.py", None);
        check("web/*.py", None, "web/app.py", Some("/app/web/app.py"));
        check("w*", Some("x"), "web/app.py", Some("/app/x/web/app.py"));
        check("w*/", Some("x"), "web/app.py", Some("/app/x/app.py"));
        check(".", None, "tests/app.py", None);
        check(".", None, "docs/read.md", None);
    }
}

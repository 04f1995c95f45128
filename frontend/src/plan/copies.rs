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
use crate::ignore::before_pattern;
use crate::spec::{Copy, Spec};

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
        let patterns = |list: &[crate::text::Spanned<String>]| list.iter().map(|p| p.value.clone()).collect();
        Ok(CopyStep {
            from,
            src: absolute("/", copy.src.trim_end_matches('/')),
            by_name: before_pattern(&copy.src).is_some() && !copy.src.ends_with('/'),
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
    let into = path.ends_with('/') || path == "." || path.ends_with("/.");
    match parts.as_slice() {
        [] => "/".to_owned(),
        parts => format!("/{}{}", parts.join("/"), if into { "/" } else { "" }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}

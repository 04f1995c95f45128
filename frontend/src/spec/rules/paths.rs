//! Paths: of the context or another source (never escaping), and of the image (absolute, or below `workdir`).

use super::Refusal;
use crate::spec::reader::shorten;

/// A path below a source: clean, without a leading `/`, `.` for all of it. A leading `/` is an error here; see
/// [`in_source`].
pub(in crate::spec) fn in_context(path: &str) -> Result<String, Refusal> {
    if path.starts_with('/') {
        let rest = path.trim_start_matches('/');
        let rest = if rest.is_empty() { "." } else { rest };
        return Err(Refusal::new(
            "absolute-path",
            format!("`{}` is an absolute path", shorten(path)),
            "paths of the build context start at its root, without `/`",
        )
        .help(format!("write `{}`, or say which image or stage it is in with `from`", shorten(rest))));
    }
    in_source(path).map_err(|refusal| match refusal.code {
        "escaping-path" => refusal.help(
            "a directory beside the build context can be given by name: \
             `docker build --build-context NAME=DIRECTORY`, and `from = \"NAME\"` here",
        ),
        _ => refusal,
    })
}

/// A path below the root of a stage, image or named context, where `/src` and `src` are the same.
pub(in crate::spec) fn in_source(path: &str) -> Result<String, Refusal> {
    well_formed(path)?;
    let parts = clean(path).ok_or_else(|| escaping(path, "the build cannot see anything above that root"))?;
    Ok(if parts.is_empty() { ".".to_owned() } else { parts.join("/") })
}

/// A pattern of files, as in `.dockerignore`.
pub(in crate::spec) fn pattern(path: &str) -> Result<String, Refusal> {
    let (mark, rest) = match path.strip_prefix('!') {
        Some(rest) => ("!", rest),
        None => ("", path),
    };
    Ok(format!("{mark}{}", in_source(rest)?))
}

/// An absolute path of the image, clean.
pub(in crate::spec) fn absolute(path: &str) -> Result<String, Refusal> {
    well_formed(path)?;
    if !path.starts_with('/') {
        let rest = path.trim_start_matches("./");
        return Err(Refusal::new(
            "relative-path",
            format!("`{}` is not an absolute path", shorten(path)),
            "must start with `/`",
        )
        .help(format!("for example `/{}`", shorten(rest))));
    }
    let parts = clean(path).ok_or_else(|| escaping(path, "there is nothing above `/`"))?;
    Ok(format!("/{}", parts.join("/")))
}

/// An absolute path of the image, clean, and not all of it.
pub(in crate::spec) fn below_root(path: &str) -> Result<String, Refusal> {
    let clean = absolute(path)?;
    if clean == "/" { Err(whole_image()) } else { Ok(clean) }
}

/// A path of the image as [`in_image`] has it, and not all of it.
pub(in crate::spec) fn part_of_image(path: &str) -> Result<String, Refusal> {
    let path = in_image(path)?;
    let whole = path.starts_with('/') && clean(&path).is_some_and(|parts| parts.is_empty());
    if whole { Err(whole_image()) } else { Ok(path) }
}

fn whole_image() -> Refusal {
    Refusal::new("whole-image", "`/` is the whole image", "name a directory of it")
}

/// A path of the image that is absolute or below `workdir`; as it is written, since a trailing `/` may mean
/// something.
pub(in crate::spec) fn in_image(path: &str) -> Result<String, Refusal> {
    well_formed(path)?;
    match (clean(path), path.starts_with('/')) {
        (Some(_), _) => Ok(path.to_owned()),
        (None, true) => Err(escaping(path, "there is nothing above `/`")),
        (None, false) => {
            Err(escaping(path, "leaves `workdir`").help("write it as an absolute path, such as `/srv/data`"))
        }
    }
}

fn escaping(path: &str, why: &str) -> Refusal {
    Refusal::new("escaping-path", format!("`{}` leaves its root", shorten(path)), why)
}

/// Not empty, and with `/` between its parts.
fn well_formed(path: &str) -> Result<(), Refusal> {
    if path.is_empty() {
        return Err(Refusal::new("empty-path", "a path is empty", "a path was expected"));
    }
    if path.contains('\\') {
        let help = format!("write `{}`", shorten(&path.replace('\\', "/")));
        let message = format!("`{}` has a backslash in it", shorten(path));
        return Err(Refusal::new(
            "backslash-path",
            message,
            "paths have `/` between their parts, everywhere",
        )
        .help(help));
    }
    if path.starts_with("~/") || path == "~" {
        let message = format!("`{}` is below a home directory", shorten(path));
        return Err(Refusal::new("home-path", message, "`~` is a shell's word, and there is no shell here")
            .help("in the build context, paths start at its root; in the image, write the whole path"));
    }
    Ok(())
}

/// The parts of a path without `.` and `..`; `None` if it climbs above where it starts.
fn clean(path: &str) -> Option<Vec<&str>> {
    let mut parts = vec![];
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_cleaned() {
        let clean = |path| in_context(path).ok();
        assert_eq!(clean("backend/"), Some("backend".to_owned()));
        assert_eq!(clean("./a//b/../c"), Some("a/c".to_owned()));
        assert_eq!(clean("a/.."), Some(".".to_owned()));
        assert_eq!(clean("a/../.."), None);
        assert_eq!(clean("/a"), None);
        assert_eq!(in_source("/src/dist").ok(), Some("src/dist".to_owned()));
        assert_eq!(absolute("/app/").ok(), Some("/app".to_owned()));
        assert_eq!(absolute("/").ok(), Some("/".to_owned()));
        assert!(below_root("/a/..").is_err() && part_of_image("//").is_err() && part_of_image(".").is_ok());
        assert_eq!(in_image("static/").ok(), Some("static/".to_owned()));
        assert_eq!(pattern("!keep/*.txt").ok(), Some("!keep/*.txt".to_owned()));
    }
}

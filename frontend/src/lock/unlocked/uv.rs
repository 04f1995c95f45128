//! `[tool.uv]`, or the uv.toml that stands in for it, where there is no lock: the indexes that it names, and the sources
//! of single packages, as far as a list of requirements can say the same. What it cannot say is an error, as something
//! else would be installed.

use super::{Indexes, Unlocked};
use crate::diag::Diagnostic;
use crate::lock::project::{OF_PROJECT, UV_TOML, Uv, UvIndex, UvOrigin, UvSource};
use crate::lock::requirement::{Requirement, Wanted};
use crate::lock::{DEFAULT_INDEX, path, place, url};
use crate::text::SourceFile;

/// The indexes that are asked for every package, in uv's order: those of `[[tool.uv.index]]`, then those of
/// `extra-index-url`; the default one last. `file` is where they are written.
pub(in crate::lock) fn indexes(uv: &Uv, file: &SourceFile, found: &mut Vec<Diagnostic>) -> Indexes {
    let mut indexes = Indexes { no_index: uv.no_index, ..Indexes::default() };
    let mut default: Option<&str> = None;
    for index in &uv.indexes {
        if index.explicit && !index.default {
            // What cannot be asked is not missed: no resolution asks it.
            if !index.flat && checked(&index.url, file, &mut vec![]).is_some() {
                indexes.explicit.push(index.url.clone());
            }
        } else if let Err(error) = usable(index, default.is_some(), table(file)) {
            found.push(at(error, file, &index.url));
        } else if let Some(url) = checked(&index.url, file, found) {
            match (index.default, index.flat) {
                (true, _) => default = Some(url),
                (false, true) => indexes.find_links.push(url.to_owned()),
                (false, false) => indexes.extra.push(url.to_owned()),
            }
        }
    }
    for extra in &uv.extra_index_urls {
        indexes.extra.extend(checked(extra, file, found).map(str::to_owned));
    }
    if let Some(url) = &uv.index_url
        && let Some(url) = checked(url, file, found)
    {
        default = default.or(Some(url));
    }
    for links in &uv.find_links {
        indexes.find_links.extend(checked(links, file, found).map(str::to_owned));
    }
    indexes.index = default.filter(|url| url.trim_end_matches('/') != DEFAULT_INDEX).map(str::to_owned);
    indexes
}

/// What a setting of uv stands in.
fn table(file: &SourceFile) -> &'static str {
    if file.name().rsplit('/').next() == Some(UV_TOML) { "`uv.toml`" } else { "`[tool.uv]`" }
}

fn usable(index: &UvIndex, second_default: bool, table: &str) -> Result<(), Diagnostic> {
    let error = |message: &str| Diagnostic::error("uv-index", message);
    if index.default && index.explicit {
        return Err(error(
            "an index that is both `default` and `explicit` leaves none for the other packages",
        )
        .help("take one of the two out"));
    }
    if index.default && index.flat {
        return Err(error("one page of links (`format = \"flat\"`) cannot be the default index")
            .help(format!("take `default = true` out, and write `no-index = true` into {table}")));
    }
    if index.default && second_default {
        return Err(error("there are two default indexes").help("take `default = true` out of one of them"));
    }
    Ok(())
}

/// A URL that can be asked.
fn checked<'u>(at_url: &'u str, file: &SourceFile, found: &mut Vec<Diagnostic>) -> Option<&'u str> {
    if url::credentials(at_url).is_some() {
        found.push(at(super::index_credentials(), file, at_url));
        return None;
    }
    if !(at_url.starts_with("https://") || at_url.starts_with("http://"))
        || at_url.contains(char::is_whitespace)
    {
        let message = format!("`{at_url}` is no URL of an index; a directory is not looked into");
        let error = Diagnostic::error("uv-index", message);
        let help = "lock it, and keep the lock beside it (a lock names the files themselves): `uv lock`";
        found.push(at(error.help(help), file, at_url));
        return None;
    }
    Some(at_url)
}

/// What a resolution without uv's own lock cannot follow, of pyproject.toml and of the file with the settings.
pub(super) fn refuse_own(
    uv: &Uv,
    pyproject: &SourceFile,
    settings: &SourceFile,
    found: &mut Vec<Diagnostic>,
) {
    for key in &uv.own {
        let file = if OF_PROJECT.contains(key) { pyproject } else { settings };
        let message = format!("only `uv lock` follows `{key}` of {}, and there is no lock", table(file));
        found.push(at(Diagnostic::error("uv-setting", message).help(LOCK), file, key));
    }
}

const LOCK: &str = "lock it, and keep the lock beside it: `uv lock`";

/// The requirements with the sources of `[tool.uv.sources]`; `unlocked` gets the paths among them.
pub(super) fn apply_sources(uv: &Uv, unlocked: &mut Unlocked, found: &mut Vec<Diagnostic>) {
    let file = unlocked.file.clone();
    for line in &mut unlocked.requirements {
        let Ok(requirement) = line.parse::<Requirement>() else { continue };
        let sources = uv.sources.get(requirement.name.as_str()).map(Vec::as_slice).unwrap_or_default();
        if sources.is_empty() || matches!(requirement.wanted, Wanted::Url(_)) {
            continue;
        }
        match reference(sources, uv, &unlocked.indexes, &file) {
            Ok(Reference::Index) => {}
            Ok(Reference::Url(reference)) => *line = referring(&requirement, &reference),
            Ok(Reference::Path(path)) => {
                *line = referring(&requirement, &format!("./{path}"));
                unlocked.trees.push(path);
            }
            Err(problem) => {
                let name = &requirement.name;
                let message = format!("the source of `{name}` in `[tool.uv.sources]` {}", problem.message);
                let error = Diagnostic { message, ..problem };
                let near = ["[tool.uv.sources]", "tool.uv.sources", "sources"];
                let span = near.iter().find_map(|near| {
                    let table = place::text(&file, near)?;
                    let rest = &file.text()[table.range().end..];
                    let at = rest.find(name.as_str()).map(|at| table.range().end + at);
                    Some(at.map_or(table, |at| file.span(at..at + name.as_str().len())))
                });
                found.push(span.map_or(error.clone(), |span| error.at(span)));
            }
        }
    }
    unlocked.trees.sort();
    unlocked.trees.dedup();
}

/// What a source comes to.
enum Reference {
    /// An index that is asked anyway, and no other is.
    Index,
    Url(String),
    /// Relative to the build context.
    Path(String),
}

/// An error says what the source does; whoever knows the package puts its name in front.
fn reference(
    sources: &[UvSource],
    uv: &Uv,
    indexes: &Indexes,
    file: &SourceFile,
) -> Result<Reference, Diagnostic> {
    let error = |message: &str| Err(Diagnostic::error("uv-source", message).help(LOCK));
    let [UvSource { origin, conditional: false }] = sources else {
        return error("depends on a condition, which takes a lock");
    };
    match origin {
        UvOrigin::Index(name) => match uv.indexes.iter().find(|index| index.name.as_ref() == Some(name)) {
            None if uv.overruled.iter().any(|index| index.name.as_ref() == Some(name)) => {
                error(&format!("is the index `{name}` alone, which takes a lock"))
            }
            None => Err(Diagnostic::error(
                "uv-source",
                format!("names the index `{name}`, which `[[tool.uv.index]]` does not have"),
            )
            .help(format!("add `[[tool.uv.index]]` with `name = \"{name}\"` and its `url`"))),
            Some(index) if index.default && indexes.extra.is_empty() && indexes.find_links.is_empty() => {
                Ok(Reference::Index)
            }
            Some(_) => error(&format!("is the index `{name}` alone, which takes a lock")),
        },
        UvOrigin::Git { url: at, .. } | UvOrigin::Url { url: at, .. } if url::credentials(at).is_some() => {
            let repository = matches!(origin, UvOrigin::Git { .. });
            let error = super::reference_credentials(repository);
            Err(Diagnostic { message: "holds credentials".to_owned(), ..error })
        }
        UvOrigin::Git { url: at, revision, subdirectory } => {
            let revision = revision.as_ref().map(|revision| format!("@{revision}")).unwrap_or_default();
            let repository = url::repository(at);
            Ok(Reference::Url(format!("git+{repository}{revision}{}", fragment(subdirectory.as_deref()))))
        }
        UvOrigin::Url { url: at, subdirectory } => {
            Ok(Reference::Url(format!("{at}{}", fragment(subdirectory.as_deref()))))
        }
        UvOrigin::Path(local) => match path::beside(file.name(), local) {
            Some(path) => Ok(Reference::Path(path)),
            None => Err(Diagnostic::error(
                "uv-source",
                format!("is `{local}`, which is outside of the build context"),
            )
            .help("build with a context that has it (paths are relative to `pyproject.toml`)")),
        },
        UvOrigin::Workspace => error("is the workspace, whose members only a lock lists"),
        UvOrigin::Unknown => error("is of an unknown kind"),
    }
}

fn fragment(subdirectory: Option<&str>) -> String {
    subdirectory.map(|directory| format!("#subdirectory={directory}")).unwrap_or_default()
}

/// `name[extra] @ reference ; marker`
fn referring(requirement: &Requirement, reference: &str) -> String {
    let extras = match requirement.extras.as_slice() {
        [] => String::new(),
        extras => format!("[{}]", extras.join(",")),
    };
    let marker = match requirement.marker.is_always() {
        true => String::new(),
        false => format!(" ; {}", requirement.marker.to_string().trim()),
    };
    format!("{}{extras} @ {reference}{marker}", requirement.name)
}

fn at(error: Diagnostic, file: &SourceFile, near: &str) -> Diagnostic {
    match place::text(file, near) {
        Some(span) => error.at(span),
        None => error.at(file.span(0..0)),
    }
}

#[cfg(test)]
mod tests;

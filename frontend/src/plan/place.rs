//! Where a path really lies in a base, and what a layer that is merged onto the base must repeat of it.
//!
//! A merge puts layers over each other entry by entry: a layer that says `/bin` is a directory replaces the
//! base's link to `/usr/bin`, and one that says `/tmp` has mode 0755 takes the sticky bit away. A copy on top of
//! the base does neither. So every path that we merge is resolved through the base's links first, and each
//! directory above it that is not plain is repeated exactly.

use serde::Serialize;
use wheelbase_helper::contract::{Directory, Facts};

/// A destination in a base.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The path, links of the base resolved. A trailing `/` is kept: it says "into this directory".
    pub path: String,
    /// The directories on the way (the path itself among them) that are not plain in the base, outermost first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ancestors: Vec<Directory>,
    /// Whether the base has links or directories that are not plain *below* the path, which a copied tree could
    /// run into: then it cannot be merged and must be a step on top of the base.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub on_top: bool,
}

/// Finds the place of an absolute, clean path.
pub fn place(path: &str, facts: &Facts) -> Place {
    let resolved = resolve(path, facts);
    let own = resolved.trim_end_matches('/');
    let below = format!("{own}/");
    let ancestors = facts
        .directories
        .iter()
        .filter(|directory| directory.path != "/")
        .filter(|directory| own == directory.path || own.starts_with(&format!("{}/", directory.path)))
        .cloned()
        .collect();
    let on_top = facts.directories.iter().any(|directory| directory.path.starts_with(&below))
        || facts.directory_links.iter().any(|link| link.path.starts_with(&below));
    Place { path: resolved, ancestors, on_top }
}

/// The path with every link of the base on its way resolved, the last component included.
fn resolve(path: &str, facts: &Facts) -> String {
    let mut resolved = String::new();
    for component in path.split('/').filter(|component| !component.is_empty()) {
        resolved.push('/');
        resolved.push_str(component);
        if let Some(link) = facts.directory_links.iter().find(|link| link.path == resolved) {
            resolved = link.to.trim_end_matches('/').to_owned();
        }
    }
    if path.ends_with('/') || resolved.is_empty() {
        resolved.push('/');
    }
    resolved
}

#[cfg(test)]
mod tests {
    use super::*;
    use wheelbase_helper::contract::DirectoryLink;

    fn debian() -> Facts {
        let directory = |path: &str, mode, gid| Directory { path: path.into(), mode, uid: 0, gid };
        let link = |path: &str, to: &str| DirectoryLink { path: path.into(), to: to.into() };
        Facts {
            interpreter: None,
            libc: None,
            distribution: None,
            shell: true,
            unconfigured: vec![],
            users: vec![],
            groups: vec![],
            directories: vec![
                directory("/root", 0o700, 0),
                directory("/srv/shared", 0o2775, 33),
                directory("/tmp", 0o1777, 0),
            ],
            directory_links: vec![
                link("/bin", "/usr/bin"),
                link("/lib", "/usr/lib"),
                link("/var/run", "/run"),
            ],
        }
    }

    fn check(path: &str, resolved: &str, ancestors: &[&str], on_top: bool) {
        let place = place(path, &debian());
        assert_eq!(place.path, resolved);
        assert_eq!(place.ancestors.iter().map(|d| d.path.as_str()).collect::<Vec<_>>(), ancestors);
        assert_eq!(place.on_top, on_top, "{path}");
    }

    #[test]
    fn plain_paths_stay() {
        check("/app/", "/app/", &[], false);
        check("/opt/venv", "/opt/venv", &[], false);
    }

    #[test]
    fn links_on_the_way_are_resolved() {
        check("/bin/x", "/usr/bin/x", &[], false);
        check("/lib/", "/usr/lib/", &[], false);
        check("/var/run/app/x", "/run/app/x", &[], false);
    }

    #[test]
    fn special_directories_are_repeated() {
        check("/tmp/x", "/tmp/x", &["/tmp"], false);
        check("/tmp/", "/tmp/", &["/tmp"], false);
        check("/srv/shared/a/b", "/srv/shared/a/b", &["/srv/shared"], false);
        check("/tmpx/y", "/tmpx/y", &[], false);
    }

    #[test]
    fn trees_over_special_entries_go_on_top() {
        check("/", "/", &[], true);
        check("/var/", "/var/", &[], true);
        check("/srv", "/srv", &[], true);
    }
}

//! What dpkg's database says of packages: only whether they wait to be configured.

use std::collections::BTreeSet;

use crate::error::Result;
use crate::root::Root;

/// The database, and where images without dpkg have one file a package instead.
const STATUS: &str = "/var/lib/dpkg/status";
const STATUS_FOLDER: &str = "/var/lib/dpkg/status.d";

/// The packages that were unpacked and never configured, by name: their maintainer scripts did not run.
///
/// Errors: a database that cannot be read.
pub(super) fn unconfigured(root: &Root) -> Result<Vec<String>> {
    let files = root.names(STATUS_FOLDER).into_iter().filter_map(|name| {
        let name = name.to_str()?;
        (!name.ends_with(".md5sums")).then(|| format!("{STATUS_FOLDER}/{name}"))
    });
    let mut names = BTreeSet::new();
    for file in files.chain([STATUS.to_owned()]) {
        if let Some(text) = root.read(&file)? {
            names.extend(unpacked(&String::from_utf8_lossy(&text)));
        }
    }
    Ok(names.into_iter().collect())
}

/// The packages of a database whose state is `unpacked`.
fn unpacked(database: &str) -> Vec<String> {
    let field = |entry: &str, name: &str| {
        entry.lines().find_map(|line| Some(line.strip_prefix(name)?.strip_prefix(':')?.trim().to_owned()))
    };
    let waits = |entry: &&str| field(entry, "Status").is_some_and(|status| status.ends_with(" unpacked"));
    database.split("\n\n").filter(waits).filter_map(|entry| field(entry, "Package")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_those_that_wait() {
        let database = "Package: a\nStatus: install ok installed\n\nPackage: b\nStatus: install ok unpacked\n\n\
                        Package: c\nVersion: 1\nDescription: Status\n Status: install ok unpacked\n";
        assert_eq!(unpacked(database), ["b"]);
    }
}

//! Files that more than one wheel holds.
//!
//! Installers let the later one win and say nothing; a user then finds out at run time. Equal files (the
//! `__init__.py` of a namespace package) are no news, different ones are.

use std::collections::BTreeMap;

/// How many paths a warning lists.
const LISTED: usize = 3;

/// Which wheel each file comes from, and which files were taken over with another content.
#[derive(Debug, Default)]
pub(crate) struct Owners {
    labels: Vec<String>,
    files: BTreeMap<String, usize>,
    conflicts: BTreeMap<(usize, usize), Vec<String>>,
}

/// The view of one wheel on [`Owners`].
#[derive(Debug)]
pub(crate) struct Owner<'a> {
    owners: &'a mut Owners,
    previous: Option<usize>,
}

impl Owners {
    /// Starts with the next wheel; `label` is its name and version.
    pub(crate) fn of(&mut self, label: String) -> Owner<'_> {
        self.labels.push(label);
        Owner { owners: self, previous: None }
    }

    /// One warning for each two wheels that differ in files.
    pub(crate) fn warnings(&self) -> Vec<String> {
        self.conflicts.iter().map(|((earlier, later), paths)| self.warning(*earlier, *later, paths)).collect()
    }

    fn warning(&self, earlier: usize, later: usize, paths: &[String]) -> String {
        let (earlier, later) = (&self.labels[earlier], &self.labels[later]);
        let listed: Vec<&str> = paths.iter().take(LISTED).map(String::as_str).collect();
        let more = match paths.len().saturating_sub(LISTED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let listed = listed.join(", ");
        format!(
            "{earlier} and {later} both hold {listed}{more}, with different content: that of {later} is used"
        )
    }
}

impl Owner<'_> {
    /// Claims a path, and says whether another wheel (or this one, by another way) had it.
    pub(crate) fn claim(&mut self, path: &str) -> bool {
        let own = self.owners.labels.len() - 1;
        self.previous = self.owners.files.insert(path.to_owned(), own);
        self.previous.is_some()
    }

    /// Says whether the path that was claimed last held the same content before.
    pub(crate) fn taken_over(&mut self, path: &str, same: bool) {
        let own = self.owners.labels.len() - 1;
        if let Some(previous) = self.previous.filter(|previous| !same && *previous != own) {
            self.owners.conflicts.entry((previous, own)).or_default().push(path.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn different_content_is_told_once_for_each_two_wheels() {
        let mut owners = Owners::default();
        let mut first = owners.of("a 1".to_owned());
        for path in ["/t/1", "/t/2", "/t/3", "/t/4", "/t/5", "/same"] {
            assert!(!first.claim(path));
        }
        let mut second = owners.of("b 2".to_owned());
        for path in ["/t/1", "/t/2", "/t/3", "/t/4", "/t/5"] {
            assert!(second.claim(path));
            second.taken_over(path, false);
        }
        assert!(second.claim("/same"));
        second.taken_over("/same", true);
        assert_eq!(
            owners.warnings(),
            [
                "a 1 and b 2 both hold /t/1, /t/2, /t/3 and 2 more, with different content: that of b 2 is used"
            ]
        );
    }
}

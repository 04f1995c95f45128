//! The package lists of a day: Debian and Ubuntu keep them all.
//!
//! The sources of a base are replaced rather than rewritten, so that one way serves every release: apt's own
//! `--snapshot` is only in new ones, and wants the archive of today first.

use wheelbase_helper::contract::Distribution;

use crate::diag::Diagnostic;

/// The lines of a sources list for a day (`2026-11-21`), of the lists as they were when it began (UTC). They are
/// signed like all lists, so they may come without TLS, for which a slim image has no certificates.
pub(super) fn snapshot(
    day: &str,
    image: &str,
    distribution: Option<&Distribution>,
) -> Result<Vec<String>, Diagnostic> {
    let time = format!("{}T000000Z", day.replace('-', ""));
    let name = distribution.map_or("unknown", |distribution| distribution.id.as_str());
    let codename = distribution.and_then(codename);
    let line = |archive: String, suite: String, components: &str| {
        format!("deb [check-valid-until=no] {archive} {suite} {components}")
    };
    match (name, codename) {
        ("debian", Some(codename)) => {
            let archive = |name: &str| format!("http://snapshot.debian.org/archive/{name}/{time}");
            Ok(vec![
                line(archive("debian"), codename.to_owned(), "main"),
                line(archive("debian"), format!("{codename}-updates"), "main"),
                line(archive("debian-security"), format!("{codename}-security"), "main"),
            ])
        }
        ("ubuntu", Some(codename)) => {
            let archive = format!("http://snapshot.ubuntu.com/ubuntu/{time}");
            let suites = ["", "-updates", "-security"].map(|suffix| format!("{codename}{suffix}"));
            let components = "main restricted universe multiverse";
            Ok(suites.map(|suite| line(archive.clone(), suite, components)).into())
        }
        _ => {
            let message = match distribution {
                Some(_) => format!("`snapshot` needs a base with apt, and `{image}` is `{name}`"),
                None => format!("`snapshot` needs a base with apt, and nothing in `{image}` says what it is"),
            };
            Err(Diagnostic::error("no-snapshot", message)
                .help("Debian and Ubuntu keep the package lists of every day; others do not")
                .help("leave `snapshot` out, and pin the base by its digest instead"))
        }
    }
}

/// The name of a release. Some images say only its number.
fn codename(distribution: &Distribution) -> Option<&str> {
    const DEBIAN: &[(&str, &str)] =
        &[("11", "bullseye"), ("12", "bookworm"), ("13", "trixie"), ("14", "forky")];
    let version = distribution.version.as_deref().filter(|_| distribution.id == "debian");
    let known = version.and_then(|version| DEBIAN.iter().find(|(number, _)| *number == version));
    distribution.codename.as_deref().or_else(|| known.map(|(_, name)| *name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(id: &str, version: &str, codename: Option<&str>) -> String {
        let distribution = Distribution {
            id: id.to_owned(),
            like: vec![],
            version: Some(version.to_owned()),
            codename: codename.map(str::to_owned),
        };
        match snapshot("2026-11-21", "base", Some(&distribution)) {
            Ok(lines) => lines.join("\n"),
            Err(error) => error.message,
        }
    }

    #[test]
    fn debian_has_its_security_archive() {
        insta::assert_snapshot!(check("debian", "13", Some("trixie")), @"
        deb [check-valid-until=no] http://snapshot.debian.org/archive/debian/20261121T000000Z trixie main
        deb [check-valid-until=no] http://snapshot.debian.org/archive/debian/20261121T000000Z trixie-updates main
        deb [check-valid-until=no] http://snapshot.debian.org/archive/debian-security/20261121T000000Z trixie-security main
        ");
        assert_eq!(check("debian", "12", None), check("debian", "12", Some("bookworm")));
    }

    #[test]
    fn ubuntu_has_one_archive() {
        insta::assert_snapshot!(check("ubuntu", "24.04", Some("noble")), @"
        deb [check-valid-until=no] http://snapshot.ubuntu.com/ubuntu/20261121T000000Z noble main restricted universe multiverse
        deb [check-valid-until=no] http://snapshot.ubuntu.com/ubuntu/20261121T000000Z noble-updates main restricted universe multiverse
        deb [check-valid-until=no] http://snapshot.ubuntu.com/ubuntu/20261121T000000Z noble-security main restricted universe multiverse
        ");
    }

    #[test]
    fn others_have_none() {
        assert_eq!(check("alpine", "3.22", None), "`snapshot` needs a base with apt, and `base` is `alpine`");
    }
}

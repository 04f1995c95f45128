//! Which Python an app wants, and whether its base has it.

use std::str::FromStr;

use pep440_rs::{Version, VersionSpecifiers};
use wheelbase_helper::contract::Facts;

use crate::diag::Diagnostic;
use crate::lock::python::{MINORS, Wanted, newest};
use crate::spec::Spec;

/// The minor version that an image is chosen by, where the app does not say `from`: what the description says, else
/// what the project's files say, else the newest that has images.
pub(super) fn minor(spec: &Spec, detected: Option<&Wanted>) -> String {
    let written = spec.python.as_ref().map(|python| python.value.as_str());
    let text = written.or(detected.map(|wanted| wanted.text.as_str()));
    let pinned = text.and_then(|text| Version::from_str(text).ok()).and_then(|version| {
        let release = version.release();
        Some(format!("{}.{}", release.first()?, release.get(1)?))
    });
    let range = || newest(&VersionSpecifiers::from_str(text?).ok()?).map(str::to_owned);
    pinned.or_else(range).unwrap_or_else(|| MINORS[0].to_owned())
}

/// Whether the interpreter of a base is the one that the description asks for.
pub(super) fn check(spec: &Spec, facts: &Facts) -> Option<Diagnostic> {
    let (python, interpreter) = (spec.python.as_ref()?, facts.interpreter.as_ref()?);
    let version = Version::from_str(&interpreter.version).ok()?;
    let fits = match Version::from_str(&python.value) {
        // `3.12` means any 3.12, and `3.12.4` that one.
        Ok(wanted) => version.release().starts_with(wanted.release()),
        Err(_) => VersionSpecifiers::from_str(&python.value).ok()?.contains(&version),
    };
    (!fits).then(|| {
        let message = format!("the base has Python {}, not {}", interpreter.version, python.value);
        Diagnostic::error("wrong-python", message)
            .at(python.span)
            .help("change `python`, or the image in `from`; without `from`, `python` chooses the image")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{Files, Spanned};

    fn spec(python: &str) -> Spec {
        let span = Files::default().add("app.toml", "").span(0..0);
        Spec { python: Some(Spanned::new(python.to_owned(), span)), ..Spec::default() }
    }

    #[test]
    fn images_are_chosen_by_the_minor_version() {
        assert_eq!(minor(&spec("3.12"), None), "3.12");
        assert_eq!(minor(&spec("3.12.4"), None), "3.12");
        assert_eq!(minor(&spec(">=3.10,<3.13"), None), "3.12");
        assert_eq!(minor(&Spec::default(), None), MINORS[0]);
    }
}

//! Which warnings count: `BUILDKIT_DOCKERFILE_CHECK`, or a line `# check=…` at the top of the description, as in
//! Dockerfiles.

use super::values::boolean;
use crate::diag::{Checked, Diagnostic, Severity};
use crate::text::{SourceFile, Span};

/// Which warnings are shown, and whether one fails the build.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CheckOptions {
    /// Codes of warnings that are not shown; `all` for none at all. Codes that do not exist are no mistake: the
    /// Dockerfiles of the same build may have them.
    pub skip: Vec<String>,
    /// Checks that are made although they are experimental; there are none here.
    pub experimental: Vec<String>,
    /// Whether a warning fails the build.
    pub error: bool,
}

impl CheckOptions {
    /// Reads `skip=a,b;error=true;experimental=all`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut options = Self::default();
        for part in text.split(';').map(str::trim).filter(|part| !part.is_empty()) {
            let Some((key, value)) = part.split_once('=') else {
                return Err(format!("`{part}` has no value; write `skip=NAME` or `error=true`"));
            };
            let names = || value.split(',').map(|name| name.trim().to_owned()).collect();
            match key.trim() {
                "skip" => options.skip = names(),
                "experimental" => options.experimental = names(),
                "error" => options.error = boolean(value.trim())?,
                other => return Err(format!("`{other}` is none of `skip`, `error`, `experimental`")),
            }
        }
        Ok(options)
    }

    /// What counts for a description: `given` (the build argument), else the line of the file, else everything is
    /// shown and nothing fails.
    ///
    /// # Errors
    /// `bad-check`: a line that cannot be read.
    pub fn of(given: Option<&Self>, file: &SourceFile) -> Checked<Self> {
        if let Some(given) = given {
            return Checked::ok(given.clone());
        }
        let Some((value, span)) = directive(file) else { return Checked::ok(Self::default()) };
        match Self::parse(value) {
            Ok(options) => Checked::ok(options),
            Err(why) => {
                let error =
                    Diagnostic::error("bad-check", format!("`# check=` cannot be read: {why}")).at(span);
                Checked::new(Self::default(), vec![error])
            }
        }
    }

    /// The diagnostics without the warnings that are not wanted. Errors and notes stay.
    #[must_use]
    pub fn without_skipped(&self, mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
        let named =
            |code: &str| self.skip.iter().any(|skip| skip == "all" || skip.eq_ignore_ascii_case(code));
        diagnostics.retain(|diagnostic| diagnostic.severity != Severity::Warning || !named(diagnostic.code));
        diagnostics
    }

    /// Where a warning fails the build: the warnings as errors. To be asked of what [`Self::without_skipped`] left,
    /// once all is known.
    ///
    /// # Errors
    /// Each warning, with how to go on in spite of it.
    pub fn verdict(&self, diagnostics: &[Diagnostic]) -> Result<(), Vec<Diagnostic>> {
        let warnings = diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Warning);
        let errors: Vec<Diagnostic> = warnings.map(as_error).collect();
        if self.error && !errors.is_empty() { Err(errors) } else { Ok(()) }
    }
}

fn as_error(warning: &Diagnostic) -> Diagnostic {
    warning.clone().into_error().help(format!(
        "this is a warning, and `error=true` makes it an error; `skip={}` beside it lets it pass",
        warning.code
    ))
}

/// The value of `# check=…` and its line. BuildKit reads such lines at the very beginning of a file only, up to
/// the first line that is none of them.
fn directive(file: &SourceFile) -> Option<(&str, Span)> {
    let text = file.text().strip_prefix('\u{feff}').unwrap_or(file.text());
    for (number, line) in (1..).zip(text.lines()) {
        if number == 1 && line.starts_with("#!") {
            continue;
        }
        let (key, value) = line.strip_prefix('#')?.split_once('=')?;
        match key.trim().to_ascii_lowercase().as_str() {
            "check" => return Some((value.trim(), file.line_span(number))),
            "syntax" | "escape" => {}
            _ => return None,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Files;

    fn written(text: &str) -> Checked<CheckOptions> {
        CheckOptions::of(None, &Files::default().add("app.toml", text))
    }

    fn found() -> Vec<Diagnostic> {
        vec![
            Diagnostic::warning("not-locked", "a"),
            Diagnostic::note("start-command", "b"),
            Diagnostic::error("unknown-key", "c"),
            Diagnostic::warning("loopback", "d"),
        ]
    }

    fn codes(diagnostics: &[Diagnostic]) -> Vec<&str> {
        diagnostics.iter().map(|diagnostic| diagnostic.code).collect()
    }

    #[test]
    fn options() {
        let options = CheckOptions::parse("skip=a, b;error=true").unwrap();
        assert_eq!((options.skip, options.error), (vec!["a".to_owned(), "b".to_owned()], true));
        assert_eq!(CheckOptions::parse("").unwrap(), CheckOptions::default());
        assert!(CheckOptions::parse("what=1").is_err() && CheckOptions::parse("error=so").is_err());
    }

    #[test]
    fn the_line_is_read_beside_the_one_that_names_the_frontend() {
        for text in [
            "# check=skip=loopback\n",
            "# syntax=x\n# check=skip=loopback\n",
            "\u{feff}# Check = skip=loopback \r\n# syntax=x\n",
            "#!/usr/bin/env x\n#check=skip=loopback",
        ] {
            assert_eq!(written(text).into_result().unwrap().0.skip, ["loopback"], "{text:?}");
        }
        for text in [
            "",
            "\n# check=skip=x\n",
            "# about\n# check=skip=x\n",
            "a = 1\n# check=skip=x\n",
            "# a=b\n# check=skip=x",
        ] {
            assert_eq!(written(text).into_result().unwrap().0, CheckOptions::default(), "{text:?}");
        }
    }

    #[test]
    fn a_line_that_cannot_be_read_is_an_error_with_its_place() {
        let mut files = Files::default();
        let file = files.add("app.toml", "# syntax=x\n# check=skip\n");
        let errors = CheckOptions::of(None, &file).into_result().unwrap_err();
        insta::assert_snapshot!(errors[0].render(&files), @"
        error[bad-check]: `# check=` cannot be read: `skip` has no value; write `skip=NAME` or `error=true`
         --> app.toml:2:1
          |
        2 | # check=skip
          | ^^^^^^^^^^^^
        ");
    }

    #[test]
    fn the_build_argument_wins() {
        let given = CheckOptions { error: true, ..CheckOptions::default() };
        let file = Files::default().add("app.toml", "# check=skip=all\n");
        assert_eq!(CheckOptions::of(Some(&given), &file).into_result().unwrap().0, given);
    }

    #[test]
    fn only_warnings_are_skipped() {
        let skip = |names: &str| CheckOptions::parse(&format!("skip={names}")).unwrap();
        assert_eq!(codes(&skip("all").without_skipped(found())), ["start-command", "unknown-key"]);
        let some = skip("Not-Locked,unknown-key,start-command,JSONArgsRecommended").without_skipped(found());
        assert_eq!(codes(&some), ["start-command", "unknown-key", "loopback"]);
    }

    #[test]
    fn warnings_fail_a_build_that_wants_none() {
        let options = CheckOptions::parse("error=true;skip=loopback").unwrap();
        let errors = options.verdict(&options.without_skipped(found())).unwrap_err();
        assert_eq!(codes(&errors), ["not-locked"]);
        assert!(errors[0].is_error());
        assert_eq!(
            errors[0].help,
            [
                "this is a warning, and `error=true` makes it an error; `skip=not-locked` beside it lets it pass"
            ]
        );
        assert!(CheckOptions::default().verdict(&found()).is_ok());
        assert!(options.verdict(&[Diagnostic::note("start-command", "b")]).is_ok());
    }
}

//! A note as a step of the progress: what was decided is worth a line, and is no warning.
//!
//! Clients know steps and warnings, nothing else. A step is shown if it is solved, so a note is the smallest graph
//! that there is, under a name of ours.

use buildkit_llb::{File, Fs, Meta, Output, sha256};

use crate::diag::{Diagnostic, Severity};
use crate::text::Files;

/// The graph of a note, to be solved and thrown away: an empty directory, made once and cached from then on. `None`
/// for warnings and errors.
///
/// The directory's name depends on the text, because the daemon shows a step that two builds share under the name
/// that the first of them gave it.
pub fn note(diagnostic: &Diagnostic, files: &Files) -> Option<Output> {
    if diagnostic.severity != Severity::Note {
        return None;
    }
    let place = diagnostic.place(files).map(|(name, line, _)| format!(" ({name} line {line})"));
    let message = format!("[wheelbase] {}{}", diagnostic.message, place.unwrap_or_default());
    let text = diagnostic.help.iter().fold(message, |text, help| format!("{text}; {help}"));
    let digest = sha256(text.as_bytes());
    let directory = format!("/{}", digest.trim_start_matches("sha256:"));
    let step = File::on(Fs::Scratch).mkdir(&directory, 0o755, false, None, Some(0));
    Some(step.meta(Meta::named(text)).output())
}

#[cfg(test)]
mod tests {
    use buildkit_llb::{definition, dump};

    use super::*;

    #[test]
    fn a_note_is_a_step_of_its_own_name() {
        let mut files = Files::default();
        let file = files.add("app.py", "a = 1\nb = 2\n");
        let step = |text: &str| {
            let diagnostic = Diagnostic::note("x", text).at(file.span(6..7)).help("write `cmd`");
            note(&diagnostic, &files).unwrap()
        };
        insta::assert_snapshot!(dump(&definition(&step("the app starts"))), @r#"
        %0 = file
            "[wheelbase] the app starts (app.py line 2); write `cmd`"
            on scratch mkdir /997637afbf2073eb2323cdb5a86557928a33c7cbcfdd1e278c664f37350b6769 755 at 0
        return [%0:0]
        "#);
        assert_ne!(step("a").digest(), step("b").digest());
        assert_eq!(step("a").digest(), step("a").digest());
    }

    #[test]
    fn warnings_are_warnings() {
        assert!(note(&Diagnostic::warning("x", "y"), &Files::default()).is_none());
    }
}

//! A warning as the daemon passes it on to the client.

use super::excerpt::excerpt;
use crate::diag::Diagnostic;
use crate::gateway::WarnRequest;
use crate::text::Files;

/// The message for a warning, shown with the vertex `digest`: one that has appeared in the progress already, or
/// clients drop the warning. Clients call everything that comes this way a warning; notes go [another](super::note).
///
/// The short line is all that people see without `--debug`, so it says the place too.
pub fn warning(diagnostic: &Diagnostic, files: &Files, digest: &str) -> WarnRequest {
    let place = diagnostic.place(files).map(|(name, line, _)| format!(" ({name} line {line})"));
    let notes =
        diagnostic.labels.iter().filter(|label| !label.text.is_empty()).map(|label| label.text.clone());
    let source = excerpt(diagnostic, files).unwrap_or_default();
    WarnRequest {
        digest: digest.to_owned(),
        short: format!("{}: {}{}", diagnostic.code, diagnostic.message, place.unwrap_or_default()),
        detail: notes.chain(diagnostic.help.iter().cloned()).collect(),
        url: String::new(),
        info: source.info.map(Into::into),
        ranges: source.ranges.into_iter().map(Into::into).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_line_says_where() {
        let mut files = Files::default();
        let file = files.add("app.toml", "a = 1\nb = 2\n");
        let diagnostic =
            Diagnostic::warning("unlocked", "nothing is locked").at(file.span(6..7)).help("run `uv lock`");
        let warning = warning(&diagnostic, &files, "sha256:1");
        assert_eq!(warning.short, "unlocked: nothing is locked (app.toml line 2)");
        assert_eq!(warning.detail, ["run `uv lock`"]);
        assert_eq!(warning.ranges[0].start.unwrap().line, 2);
    }

    #[test]
    fn without_a_place() {
        let warning = warning(&Diagnostic::warning("x", "y"), &Files::default(), "sha256:1");
        assert_eq!((warning.short.as_str(), warning.info, warning.ranges.len()), ("x: y", None, 0));
    }
}

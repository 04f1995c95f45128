//! Why there is no answer: *your input*, *the daemon* or *our bug*. Nothing else exists.

use buildkit_proto::errors::{self, Detail, Source, Subrequest};
use buildkit_proto::rpc;

use super::excerpt::excerpt;
use crate::diag::Diagnostic;
use crate::gateway::GatewayError;
use crate::text::Files;

/// Errors shown at once; a file with more of them has one cause more often than fifty.
const MOST_ERRORS: usize = 50;

/// Errors shown with their excerpt.
const MOST_EXCERPTS: usize = 10;

/// Why there is no answer.
#[derive(Debug, Clone)]
pub enum Failure {
    /// What the user wrote or asked for cannot be built. The diagnostics point into the files.
    Input(Vec<Diagnostic>, Files),
    /// BuildKit refused a call, or a step failed in it.
    Daemon(GatewayError),
    /// The client asked for a sub-request that does not exist; the name that it asked for.
    UnknownRequest(String),
    /// We are wrong.
    Bug(String),
}

impl From<GatewayError> for Failure {
    fn from(error: GatewayError) -> Self {
        Self::Daemon(error)
    }
}

impl Failure {
    /// Errors that have no place in a file, such as those of the command line.
    pub fn input(diagnostics: Vec<Diagnostic>) -> Self {
        Self::Input(diagnostics, Files::default())
    }

    /// The status for the daemon. Its code is never 0, which the daemon takes for "no error".
    ///
    /// - Input has the code `Unknown`: clients print its message bare, any other code with a prefix. Each error
    ///   with a place carries the file and the lines as a typed detail, from which clients print an excerpt.
    /// - The daemon's own errors pass unchanged, but for what we were doing in front of the message, and a place that
    ///   is none where they have no place.
    /// - A bug says that it is one, and where to report it.
    pub fn to_status(&self) -> rpc::Status {
        match self {
            Self::Input(diagnostics, files) => of_input(diagnostics, files),
            Self::Daemon(error) => of_daemon(error),
            Self::UnknownRequest(name) => of_unknown_request(name),
            Self::Bug(text) => of_bug(text),
        }
    }
}

fn of_input(diagnostics: &[Diagnostic], files: &Files) -> rpc::Status {
    let errors: Vec<&Diagnostic> = diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).collect();
    if errors.is_empty() {
        return of_bug("a build stopped without an error that says why");
    }
    let mut parts: Vec<String> = errors.iter().take(MOST_ERRORS).map(|error| error.brief(files)).collect();
    if let Some(more) = errors.len().checked_sub(MOST_ERRORS).filter(|more| *more > 0) {
        parts.push(format!("… and {more} more errors"));
    }
    let mut sources: Vec<Source> = vec![];
    for source in errors.iter().filter_map(|error| excerpt(error, files)) {
        let known = |other: &Source| other.ranges == source.ranges && name(other) == name(&source);
        if sources.len() < MOST_EXCERPTS && !sources.iter().any(known) {
            sources.push(source);
        }
    }
    errors::status(parts.join("\n\n"), or_no_place(sources))
}

fn name(source: &Source) -> &str {
    source.info.as_ref().map_or("", |info| &info.filename)
}

fn of_daemon(error: &GatewayError) -> rpc::Status {
    let code = if error.status.code == 0 { errors::UNKNOWN } else { error.status.code };
    let mut details = error.status.details.clone();
    if !errors::details(&error.status).iter().any(|detail| matches!(detail, Detail::Source(_))) {
        details.extend(or_no_place(vec![]).map(|detail| detail.encode()));
    }
    rpc::Status { code, message: error.message(), details }
}

fn of_unknown_request(name: &str) -> rpc::Status {
    let detail = Detail::Subrequest(Subrequest { name: name.to_owned() });
    errors::status(format!("unsupported request {name}"), [detail])
}

fn of_bug(text: &str) -> rpc::Status {
    let version = env!("CARGO_PKG_VERSION");
    let repository = env!("CARGO_PKG_REPOSITORY");
    let message = format!(
        "this is a bug in wheelbase {version}, not in your project: {text}\n  \
         = help: please report it at {repository}/issues, with this message and your description"
    );
    errors::status_with_code(errors::INTERNAL, message, or_no_place(vec![]))
}

/// BuildKit's Dockerfile frontend, which starts us for a `# syntax=` line, points at that line when an error has
/// no place. That line is not what is wrong: a place without a file keeps it from doing so.
fn or_no_place(mut sources: Vec<Source>) -> impl Iterator<Item = Detail> {
    if sources.is_empty() {
        sources.push(Source::default());
    }
    sources.into_iter().map(Detail::Source)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tonic::Code;

    fn errors(count: usize) -> (Vec<Diagnostic>, Files) {
        let mut files = Files::default();
        let file = files.add("app.toml", "a = 1\n".repeat(count.max(1)));
        let error =
            |n: usize| Diagnostic::error("bad", format!("number {n}")).at(file.span(n * 6..n * 6 + 1));
        ((0..count).map(error).collect(), files)
    }

    #[test]
    fn one_error_of_the_input() {
        let (mut diagnostics, files) = errors(1);
        diagnostics.push(Diagnostic::warning("w", "not shown"));
        let status = Failure::Input(diagnostics, files).to_status();
        assert_eq!((status.code, status.message.as_str()), (2, "app.toml:1:1: error[bad]: number 0"));
        assert_eq!(status.details.len(), 1);
        assert_eq!(status.details[0].type_url, "github.com/moby/buildkit/errdefs.Source+json");
        insta::assert_snapshot!(String::from_utf8_lossy(&status.details[0].value), @r#"{"info":{"filename":"app.toml","data":"YSA9IDEK","language":"TOML"},"ranges":[{"start":{"line":1},"end":{"line":1}}]}"#);
    }

    #[test]
    fn many_errors_are_counted_and_their_excerpts_limited() {
        let (diagnostics, files) = errors(53);
        let status = Failure::Input(diagnostics, files).to_status();
        assert!(status.message.ends_with("number 49\n\n… and 3 more errors"), "{}", status.message);
        assert_eq!(status.details.len(), MOST_EXCERPTS);
    }

    #[test]
    fn an_error_without_a_place_gets_an_empty_one() {
        let status = Failure::input(vec![Diagnostic::error("bad-option", "`platform`: no")]).to_status();
        assert_eq!(status.message, "error[bad-option]: `platform`: no");
        assert_eq!(status.details[0].value, b"{}");
    }

    #[test]
    fn errors_of_the_daemon_pass_unchanged() {
        let mut error = GatewayError::new(Code::PermissionDenied, "no").during("read app.toml");
        error.status.details.push(Detail::Source(Source::default()).encode());
        let status = Failure::from(error.clone()).to_status();
        assert_eq!((status.code, status.message.as_str()), (7, "read app.toml: no"));
        assert_eq!(status.details, error.status.details);
        error.status.code = 0;
        assert_eq!(Failure::from(error).to_status().code, 2);
    }

    #[test]
    fn errors_of_the_daemon_without_a_place_do_not_point_at_the_first_line() {
        let mut error = GatewayError::new(Code::Unknown, "no space left");
        error.status.details.push(Detail::Subrequest(Subrequest::default()).encode());
        let status = Failure::from(error.clone()).to_status();
        assert_eq!(status.details[..1], error.status.details);
        assert_eq!(errors::details(&status).last(), Some(&Detail::Source(Source::default())));
    }

    #[test]
    fn a_bug_says_so() {
        let status = Failure::Bug("index out of bounds".into()).to_status();
        assert_eq!(status.code, errors::INTERNAL);
        assert!(
            status.message.contains("bug in wheelbase") && status.message.contains("/issues"),
            "{}",
            status.message
        );
        assert!(Failure::input(vec![]).to_status().message.contains("bug"), "no error at all is our fault");
    }

    #[test]
    fn an_unknown_request_is_typed() {
        let status = Failure::UnknownRequest("frontend.x".into()).to_status();
        assert_eq!(status.message, "unsupported request frontend.x");
        assert_eq!(status.details[0].value, br#"{"name":"frontend.x"}"#);
    }
}

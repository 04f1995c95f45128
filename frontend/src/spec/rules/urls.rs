//! URLs of package indexes.

use super::Refusal;
use crate::spec::reader::shorten;

/// An `http` or `https` URL with a host. Credentials in it are found elsewhere: see [`crate::spec::secrets`].
pub(in crate::spec) fn index(text: &str) -> Result<String, Refusal> {
    let rest = text.strip_prefix("https://").or(text.strip_prefix("http://"));
    let host = rest.map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
    if host.is_some_and(|host| host.contains('@')) {
        let message = "the URL of an index has a user in it".to_owned();
        return Err(Refusal::new("bad-url", message, "nobody puts a value in for variables here")
            .help("leave it out, and name the build secret that holds the credentials: `secret = \"ID\"`"));
    }
    if host.is_some_and(|host| !host.is_empty()) && !text.contains(char::is_whitespace) {
        return Ok(text.to_owned());
    }
    let message = format!("`{}` is not the URL of an index", shorten(text));
    Err(Refusal::new("bad-url", message, "must begin with `https://`")
        .help("for example `https://packages.example.com/simple`"))
}

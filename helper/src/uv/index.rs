//! Package indexes as uv wants to be told of them: by variables, never by arguments, which others can see.

use std::fs;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::contract::IndexInput;
use crate::error::{Context, Error, Result};

/// The variables that tell uv its indexes, the first of which is the default one. None for no indexes.
///
/// Errors: a secret that cannot be read, or is no `Authorization` of the kind `Basic`, the only one that uv sends.
pub(super) fn variables(indexes: &[IndexInput]) -> Result<Vec<(String, String)>> {
    let mut variables = vec![];
    let mut others = vec![];
    for (position, index) in indexes.iter().enumerate() {
        let name = format!("wheelbase{position}");
        let named = format!("{name}={}", index.url);
        if position == 0 {
            variables.push(("UV_DEFAULT_INDEX".to_owned(), named));
        } else {
            others.push(named);
        }
        if let Some(path) = &index.authorization {
            let (user, password) = credentials(path)?;
            let name = name.to_uppercase();
            variables.push((format!("UV_INDEX_{name}_USERNAME"), user));
            variables.push((format!("UV_INDEX_{name}_PASSWORD"), password));
        }
    }
    if !others.is_empty() {
        variables.push(("UV_INDEX".to_owned(), others.join(" ")));
    }
    Ok(variables)
}

/// User and password of an `Authorization` header (RFC 7617). What is wrong with it is said without it.
fn credentials(path: &str) -> Result<(String, String)> {
    let id = path.rsplit('/').next().unwrap_or(path);
    let text = fs::read_to_string(path).context(|| format!("cannot read the secret `{id}`"))?;
    let wrong = |what: &str| {
        Error::new(format!(
            "the secret `{id}` {what}; it must hold the value of an `Authorization` header: `Basic ` and the base64 \
             form of `user:password`"
        ))
    };
    let (scheme, value) = text.trim().split_once(' ').ok_or_else(|| wrong("has one word only"))?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(wrong("is not of the kind `Basic`, which is all that resolving and building can use"));
    }
    let bytes = STANDARD.decode(value.trim()).map_err(|_| wrong("is not base64"))?;
    let pair = String::from_utf8(bytes).map_err(|_| wrong("is not text"))?;
    let (user, password) = pair.split_once(':').ok_or_else(|| wrong("has no `:` in it"))?;
    Ok((user.to_owned(), password.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(url: &str, secret: Option<&str>) -> (IndexInput, Option<tempfile::NamedTempFile>) {
        let file = secret.map(|secret| {
            let file = tempfile::NamedTempFile::new().unwrap();
            fs::write(file.path(), secret).unwrap();
            file
        });
        let authorization = file.as_ref().map(|file| file.path().to_str().unwrap().to_owned());
        (IndexInput { url: url.to_owned(), authorization }, file)
    }

    #[test]
    fn uv_is_told_by_variables() {
        let (open, _) = index("https://a.example/simple", None);
        let (closed, _file) = index("https://b.example/simple", Some("Basic dXNlcjpwYTpzcw==\n"));
        let variables = variables(&[open, closed]).unwrap();
        let lines: Vec<String> = variables.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(
            lines,
            [
                "UV_DEFAULT_INDEX=wheelbase0=https://a.example/simple",
                "UV_INDEX_WHEELBASE1_USERNAME=user",
                "UV_INDEX_WHEELBASE1_PASSWORD=pa:ss",
                "UV_INDEX=wheelbase1=https://b.example/simple",
            ]
        );
    }

    #[test]
    fn wrong_secrets_are_not_repeated() {
        for secret in ["hunter2", "Bearer hunter2", "Basic hunter2!", "Basic aHVudGVyMg=="] {
            let (input, _file) = index("https://b.example/simple", Some(secret));
            let message = variables(&[input]).unwrap_err().to_string();
            assert!(message.contains("Authorization") && !message.contains("hunter2"), "{message}");
        }
    }
}

//! One line of comma-separated values, quoted as RFC 4180 says: how clients pack lists into one option.

/// The fields of a line; none for an empty one. `"a,b"` is one field, `""` inside quotes is one quote.
pub(super) fn fields(line: &str) -> Result<Vec<String>, String> {
    let mut fields = vec![];
    let mut rest = line;
    while !rest.is_empty() {
        let (field, after) = match rest.strip_prefix('"') {
            Some(quoted) => until_quote(quoted)?,
            None => {
                let (field, after) =
                    rest.split_once(',').map_or((rest, None), |(field, after)| (field, Some(after)));
                match field.contains('"') {
                    true => return Err(format!("a quote inside the unquoted value `{field}`")),
                    false => (field.to_owned(), after),
                }
            }
        };
        fields.push(field);
        match after {
            Some("") => {
                fields.push(String::new());
                break;
            }
            Some(after) => rest = after,
            None => break,
        }
    }
    Ok(fields)
}

/// The rest of a quoted field, and what follows its comma, if one follows.
fn until_quote(mut rest: &str) -> Result<(String, Option<&str>), String> {
    let mut field = String::new();
    loop {
        let Some((before, after)) = rest.split_once('"') else {
            return Err("a quote that is not closed".into());
        };
        field.push_str(before);
        if let Some(after) = after.strip_prefix('"') {
            field.push('"');
            rest = after;
        } else if after.is_empty() {
            return Ok((field, None));
        } else if let Some(after) = after.strip_prefix(',') {
            return Ok((field, Some(after)));
        } else {
            return Err(format!("text after the closing quote of `{field}`"));
        }
    }
}

/// The fields as `key=value` pairs; a field without `=` has an empty value.
pub(super) fn pairs(line: &str) -> Result<Vec<(String, String)>, String> {
    let split = |field: String| match field.split_once('=') {
        Some((key, value)) => (key.trim().to_owned(), value.trim().to_owned()),
        None => (field.trim().to_owned(), String::new()),
    };
    Ok(fields(line)?.into_iter().map(split).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoting() {
        let check = |line: &str, expected: &[&str]| assert_eq!(fields(line).unwrap(), expected, "{line}");
        check("", &[]);
        check("a", &["a"]);
        check("a,b,", &["a", "b", ""]);
        check(r#""a,b",c"#, &["a,b", "c"]);
        check(r#""say ""x""",y"#, &[r#"say "x""#, "y"]);
        check(r#"a,"""#, &["a", ""]);
    }

    #[test]
    fn broken_quoting_is_an_error() {
        for line in [r#"a"b"#, r#""a"#, r#""a"b,c"#] {
            assert!(fields(line).is_err(), "{line}");
        }
    }
}

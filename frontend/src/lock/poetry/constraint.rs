//! Poetry's spelling of versions (`^3.9`, `~3.9`, `>=3.9,<4 || ^4.1`) in the words of PEP 440.

/// The alternatives of a constraint, each as PEP 440 specifiers; empty if every version will do.
pub(super) fn alternatives(text: &str) -> Vec<String> {
    let alternatives: Vec<String> =
        text.split("||").map(|one| one.replace('|', ",")).map(|one| all(&one)).collect();
    if alternatives.iter().any(String::is_empty) { vec![] } else { alternatives }
}

/// The same as a marker on the interpreter.
pub(super) fn marker(specifiers: &str) -> String {
    let tests = specifiers.split(',').map(|specifier| {
        let end = specifier.find(|c: char| c.is_ascii_digit()).unwrap_or(specifier.len());
        format!("python_full_version {} '{}'", specifier[..end].trim(), specifier[end..].trim())
    });
    tests.collect::<Vec<_>>().join(" and ")
}

/// Parts separated by commas or white space; white space may also follow an operator.
fn all(text: &str) -> String {
    let mut parts: Vec<String> = vec![];
    for word in text.split([',', ' ']).filter(|word| !word.is_empty()) {
        match parts.last_mut().filter(|last| !last.contains(|c: char| c.is_ascii_digit() || c == '*')) {
            Some(operator) => operator.push_str(word),
            None => parts.push(word.to_owned()),
        }
    }
    parts.iter().filter_map(|part| one(part)).collect::<Vec<_>>().join(",")
}

fn one(part: &str) -> Option<String> {
    if part == "*" {
        return None;
    }
    if let Some(version) = part.strip_prefix('^') {
        // Up to the next change of the first number that is not zero.
        let numbers = numbers(version);
        let fixed = numbers.iter().position(|number| *number != 0).unwrap_or(numbers.len().saturating_sub(1));
        return Some(format!(">={version},<{}", bumped(&numbers, fixed)));
    }
    if let Some(version) = part.strip_prefix('~').filter(|rest| !rest.starts_with('=')) {
        let numbers = numbers(version);
        return Some(format!(">={version},<{}", bumped(&numbers, numbers.len().min(2).saturating_sub(1))));
    }
    Some(match part.starts_with(|c: char| c.is_ascii_digit()) {
        true => format!("=={part}"),
        false if part.starts_with('=') && !part.starts_with("==") => format!("={part}"),
        false => part.to_owned(),
    })
}

fn numbers(version: &str) -> Vec<u64> {
    let digits =
        version.split('.').map(|part| part.trim_matches(|c: char| !c.is_ascii_digit()).parse().unwrap_or(0));
    digits.collect()
}

fn bumped(numbers: &[u64], at: usize) -> String {
    let mut bumped: Vec<u64> = numbers.iter().take(at + 1).copied().collect();
    if let Some(last) = bumped.last_mut() {
        *last = last.saturating_add(1);
    }
    bumped.iter().map(u64::to_string).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings() {
        for (poetry, expected) in [
            ("^3.12,<3.14", vec![">=3.12,<4,<3.14"]),
            ("^0.2.3", vec![">=0.2.3,<0.3"]),
            ("~3.9", vec![">=3.9,<3.10"]),
            ("~3", vec![">=3,<4"]),
            ("~3.9.2", vec![">=3.9.2,<3.10"]),
            (">= 3.9 , < 4", vec![">=3.9,<4"]),
            ("3.11.*", vec!["==3.11.*"]),
            ("=3.11", vec!["==3.11"]),
            ("~=3.9", vec!["~=3.9"]),
            ("*", vec![]),
            ("^3.9 || ~4.1", vec![">=3.9,<4", ">=4.1,<4.2"]),
            (">=3.9,!=3.9.1", vec![">=3.9,!=3.9.1"]),
        ] {
            assert_eq!(alternatives(poetry), expected, "{poetry}");
        }
        assert_eq!(marker(">=3.9,<4"), "python_full_version >= '3.9' and python_full_version < '4'");
    }

    #[test]
    fn nonsense_does_not_panic() {
        for text in ["", "^", "~", "^^1", "^99999999999999999999", "||", "<", "^x.y", "é"] {
            for one in alternatives(text) {
                marker(&one);
            }
        }
    }
}

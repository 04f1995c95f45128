//! `.dockerignore`: lines become patterns for the client, which does the matching.

/// The patterns of an ignore file, in order (moby/patternmatcher's `ignorefile`): a byte order mark is dropped, `#`
/// begins a comment only at the start of a line, space around a pattern does not count, a path is cleaned and
/// its leading `/` dropped, and `!` stays in front.
pub fn patterns(text: &str) -> Vec<String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    text.lines().filter(|line| !line.starts_with('#')).map(str::trim).filter_map(pattern).collect()
}

fn pattern(line: &str) -> Option<String> {
    if line.is_empty() {
        return None;
    }
    let (not, path) = match line.strip_prefix('!') {
        Some(path) => ("!", path.trim()),
        None => ("", line),
    };
    if path.is_empty() {
        return Some(not.to_owned());
    }
    let path = clean(path);
    let path = if path.len() > 1 { path.trim_start_matches('/') } else { path.as_str() };
    Some(format!("{not}{path}"))
}

/// As Go's `path.Clean`.
fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = vec![];
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if rooted => {}
            part => parts.push(part),
        }
    }
    match (rooted, parts.is_empty()) {
        (true, _) => format!("/{}", parts.join("/")),
        (false, true) => ".".to_owned(),
        (false, false) => parts.join("/"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_patterns() {
        let text = "\u{feff}# comment\n/a//b/\r\n  c  \n!./d\n\n #e\n!\n/\n../f/../g\n";
        assert_eq!(patterns(text), ["a/b", "c", "!d", "#e", "!", "/", "../g"]);
    }
}

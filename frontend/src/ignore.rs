//! `.dockerignore`: lines become patterns for the daemon, which does the matching.

/// The patterns of an ignore file, in order; a later one wins over an earlier one, and `!` takes back.
///
/// As Docker reads it: a byte order mark is dropped, `#` begins a comment only in the first column, spaces around a
/// pattern do not count, paths are cleaned (`./a//b/../c` is `a/c`) and one slash at the beginning goes, because all
/// patterns are relative to the context. A lone `!` takes back nothing; the daemon would refuse it.
pub fn patterns(text: &str) -> Vec<String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    text.lines().filter(|line| !line.starts_with('#')).filter_map(pattern).collect()
}

fn pattern(line: &str) -> Option<String> {
    let line = line.trim();
    let (mark, path) = match line.strip_prefix('!') {
        Some(rest) => ("!", rest.trim()),
        None => ("", line),
    };
    if path.is_empty() {
        return None;
    }
    let clean = clean(path);
    let relative = clean.strip_prefix('/').filter(|rest| !rest.is_empty()).unwrap_or(&clean);
    Some(format!("{mark}{relative}"))
}

/// The shortest path of the same meaning, as Go's `path.Clean` has it: without `.`, without `..` where something is
/// to be left, without double slashes or one at the end.
fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = vec![];
    for part in path.split('/').filter(|part| !matches!(*part, "" | ".")) {
        match (part, parts.last()) {
            ("..", Some(last)) if *last != ".." => drop(parts.pop()),
            ("..", None) if rooted => {}
            _ => parts.push(part),
        }
    }
    match (rooted, parts.join("/")) {
        (true, path) => format!("/{path}"),
        (false, path) if path.is_empty() => ".".to_owned(),
        (false, path) => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_file() {
        let text = "\u{feff}# comment\r\n #not a comment\n\n  /.venv/  \n*.pyc\n! keep/../kept \n!\n**/node_modules\n/\n";
        assert_eq!(patterns(text), ["#not a comment", ".venv", "*.pyc", "!kept", "**/node_modules", "/"]);
    }

    #[test]
    fn paths_are_cleaned_as_go_does() {
        for (path, expected) in [
            ("a/b/../c", "a/c"),
            ("./a//b/", "a/b"),
            ("../a", "../a"),
            ("a/../..", ".."),
            ("/../a", "/a"),
            (".", "."),
            ("a/..", "."),
        ] {
            assert_eq!(clean(path), expected, "{path}");
        }
    }
}

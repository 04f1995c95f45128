//! Patterns of paths: those of `.dockerignore`, which the daemon matches, and our own, which we match ourselves.

/// The patterns of an ignore file, in order; a later one wins over an earlier one, and `!` takes back.
///
/// As Docker reads it: a byte order mark is dropped, `#` begins a comment only in the first column, spaces around a
/// pattern do not count, paths are cleaned (`./a//b/../c` is `a/c`) and one slash at the beginning goes, because all
/// patterns are relative to the context. A lone `!` takes back nothing; the daemon would refuse it.
pub fn patterns(text: &str) -> Vec<String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    text.lines().filter(|line| !line.starts_with('#')).filter_map(pattern).collect()
}

/// What of a path stands before the first component with a wildcard, without a slash at its end; `None` if it has none.
pub fn before_pattern(path: &str) -> Option<&str> {
    let at = path.find(['*', '?', '['])?;
    Some(path[..at].rsplit_once('/').map_or("", |(before, _)| before))
}

/// Whether a pattern matches a path: `*` and `?` within one component, `**/` any number of them.
pub fn matches(pattern: &str, path: &str) -> bool {
    let (first, rest) = pattern.split_once('/').map_or((pattern, None), |(first, rest)| (first, Some(rest)));
    let below = path.split_once('/');
    match (first, rest) {
        ("**", Some(rest)) => matches(rest, path) || below.is_some_and(|(_, below)| matches(pattern, below)),
        (first, Some(rest)) => {
            below.is_some_and(|(name, below)| matches_name(first, name) && matches(rest, below))
        }
        (first, None) => below.is_none() && matches_name(first, path),
    }
}

/// Whether a pattern matches a path or a directory above it.
pub fn matches_or_above(pattern: &str, path: &str) -> bool {
    let above = path.match_indices('/').map(|(at, _)| &path[..at]);
    above.chain([path]).any(|path| matches(pattern, path))
}

fn matches_name(pattern: &str, name: &str) -> bool {
    let (mut letters, mut rest) = (pattern.chars(), name.chars());
    match letters.next() {
        None => name.is_empty(),
        Some('*') => {
            let tail = letters.as_str();
            matches_name(tail, name) || rest.next().is_some() && matches_name(pattern, rest.as_str())
        }
        Some('?') => rest.next().is_some() && matches_name(letters.as_str(), rest.as_str()),
        Some(letter) => rest.next() == Some(letter) && matches_name(letters.as_str(), rest.as_str()),
    }
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
    fn patterns_begin_at_a_component() {
        let check = |path, expected| assert_eq!(before_pattern(path), expected, "{path}");
        check("a/b", None);
        check("*.py", Some(""));
        check("a/b/c?.py", Some("a/b"));
        check("a/[id]/b*", Some("a"));
    }

    #[test]
    fn our_own_patterns_match_whole_paths() {
        let check =
            |pattern, path, expected| assert_eq!(matches(pattern, path), expected, "{pattern} {path}");
        for path in [".env", "a/.env", "a/b/.env"] {
            check("**/.env", path, true);
        }
        check("**/.env", "a.env", false);
        check("**/.env", ".env/a", false);
        check("**/*.pyc", "a/b.pyc", true);
        check("**/venv/pyvenv.cfg", "a/venv/pyvenv.cfg", true);
        check("**/venv/pyvenv.cfg", "a/venv/b/pyvenv.cfg", false);
        check("requirements*.txt", "requirements-dev.txt", true);
        check("requirements*.txt", "requirements/dev.txt", false);
        check("a?c", "abc", true);
        check("a?c", "ac", false);
        assert!(matches_or_above("**/.venv", "a/.venv/lib/b") && !matches_or_above("**/.venv", "a/b"));
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

//! Paths that a lock names, as paths of the build context.

/// `relative` as seen from the directory of the file `of`, relative to the context, clean; `.` for the context
/// itself. `None` if it is absolute or leads out of the context: nothing there can be copied.
pub(crate) fn beside(of: &str, relative: &str) -> Option<String> {
    let directory = of.rsplit_once('/').map_or("", |(directory, _)| directory);
    clean(&format!("{directory}/{relative}"), relative)
}

/// `relative` below the context itself.
pub(super) fn below_context(relative: &str) -> Option<String> {
    clean(relative, relative)
}

/// Whether a name is that of a wheel or an sdist, rather than of a directory.
pub(crate) fn is_archive(name: &str) -> bool {
    name.ends_with(".whl") || is_sdist(name)
}

/// Whether a name is that of an sdist: `name-1.0.tar.gz`, and what there was before the standard chose it.
pub(crate) fn is_sdist(name: &str) -> bool {
    [".tar.gz", ".zip", ".tgz", ".tar.bz2", ".tar.xz", ".tar"].iter().any(|suffix| name.ends_with(suffix))
}

fn clean(joined: &str, relative: &str) -> Option<String> {
    if relative.starts_with('/') || relative.contains('\\') || relative.contains('\0') {
        return None;
    }
    let mut parts: Vec<&str> = vec![];
    for part in joined.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(if parts.is_empty() { ".".to_owned() } else { parts.join("/") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inside_and_outside() {
        assert_eq!(beside("uv.lock", ".").as_deref(), Some("."));
        assert_eq!(beside("a/b/uv.lock", "../c/./d/").as_deref(), Some("a/c/d"));
        assert_eq!(beside("a/uv.lock", ".."), Some(".".into()));
        assert_eq!(beside("a/uv.lock", "../.."), None);
        assert_eq!(beside("uv.lock", "/etc"), None);
        assert_eq!(below_context("./x.whl").as_deref(), Some("x.whl"));
    }
}

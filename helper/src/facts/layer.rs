//! Writes the first layer on top of a base: the user, the skeleton of the environment, the facts.
//!
//! The layer is merged onto the base, so it must not change what it does not mean to: directories look as in
//! the base, and what lies behind a link of the base is written where the link leads. Those links are in the
//! layer too, so that its paths are the same with the base and without.

use std::os::unix::fs::{MetadataExt, PermissionsExt};

use super::users::{GROUP, PASSWD, group_line, passwd_line};
use crate::contract::{Directory, FACTS_PATH, Facts, FactsRequest, Interpreter, NewUser};
use crate::error::{Context, Error, Result};
use crate::root::{Place, Root};
use crate::tree::Tree;

/// Writes the layer that `request` asks for.
///
/// Errors: a path that cannot be made on this base; a user that cannot be written.
pub(super) fn write(root: &Root, facts: &Facts, request: &FactsRequest) -> Result<()> {
    let mut layer = Layer { root, tree: Tree::new(&request.out, &facts.directories)? };
    if let Some(user) = &request.user {
        layer.add_user(facts, user)?;
    }
    if let Some(interpreter) = &facts.interpreter {
        layer.add_skeleton(request.venv.trim_end_matches('/'), interpreter)?;
    }
    let text = serde_json::to_string_pretty(facts).context(|| "cannot write the facts")?;
    layer.file(FACTS_PATH, format!("{text}\n").as_bytes(), (0o644, 0, 0))?;
    layer.tree.finish()
}

struct Layer<'a> {
    root: &'a Root,
    tree: Tree,
}

impl Layer<'_> {
    /// Adds the lines and the home of a user, unless passwd has its name, its number or one that serves as well.
    fn add_user(&mut self, facts: &Facts, user: &NewUser) -> Result<()> {
        let line = passwd_line(user)?;
        let serves = |name: &str| name == user.name || user.unless.as_deref() == Some(name);
        if facts.users.iter().any(|known| serves(&known.name) || known.uid == user.uid) {
            return Ok(());
        }
        self.append(PASSWD, &line)?;
        if !facts.groups.iter().any(|known| known.name == user.name || known.gid == user.gid) {
            self.append(GROUP, &group_line(user))?;
        }
        let (path, place) = self.resolve(&user.home)?;
        match place.metadata {
            // A directory of the base belongs to whom it belongs.
            Some(metadata) if metadata.is_dir() => Ok(()),
            Some(_) => Err(Error::new(format!("the home {} of the user is not a directory", user.home))),
            None => {
                let home = Directory { path: path.clone(), mode: 0o755, uid: user.uid, gid: user.gid };
                self.tree.describe(home)?;
                self.tree.directory(&path)
            }
        }
    }

    /// What makes a directory an environment of `interpreter` (PEP 405), as `python -m venv` writes it, without
    /// what people need to activate it in a shell. Only for CPython: others have another layout.
    fn add_skeleton(&mut self, venv: &str, interpreter: &Interpreter) -> Result<()> {
        if interpreter.implementation != "cpython" {
            return Ok(());
        }
        let numbers: Vec<&str> = interpreter.version.splitn(3, '.').take(2).collect();
        let minor = numbers.join(".");
        let site_packages = format!("{venv}/lib/python{minor}{}/site-packages", library_flags(interpreter));
        let (site_packages, _) = self.resolve(&site_packages)?;
        self.tree.directory(&site_packages)?;
        self.link(&format!("{venv}/bin/python"), &interpreter.path)?;
        self.link(&format!("{venv}/bin/python3"), "python")?;
        self.link(&format!("{venv}/bin/python{minor}"), "python")?;
        let home = interpreter.path.rsplit_once('/').map_or("/", |(home, _)| home);
        // Without the second line, Python would also see the packages of the base.
        let configuration = format!(
            "home = {home}\ninclude-system-site-packages = false\nimplementation = CPython\nversion_info = {}\n",
            interpreter.version
        );
        self.file(&format!("{venv}/pyvenv.cfg"), configuration.as_bytes(), (0o644, 0, 0))
    }

    /// Adds a line to a file of the base, which keeps its mode and owner.
    fn append(&mut self, path: &str, line: &str) -> Result<()> {
        let (_, place) = self.resolve(path)?;
        let attributes = match &place.metadata {
            Some(metadata) => (metadata.permissions().mode() & 0o7777, metadata.uid(), metadata.gid()),
            None => (0o644, 0, 0),
        };
        let mut content = self.root.read(path)?.unwrap_or_default();
        if content.last().is_some_and(|last| *last != b'\n') {
            content.push(b'\n');
        }
        content.extend_from_slice(line.as_bytes());
        self.file(path, &content, attributes)
    }

    /// Writes a file with its mode and owner.
    fn file(&mut self, path: &str, content: &[u8], (mode, uid, gid): (u32, u32, u32)) -> Result<()> {
        let (path, _) = self.resolve(path)?;
        self.tree.file_of(&path, content, mode, uid, gid)
    }

    /// Makes a link. What the base may have there is replaced, not followed.
    fn link(&mut self, path: &str, target: &str) -> Result<()> {
        let (directory, name) = path.rsplit_once('/').unwrap_or(("", path));
        let (directory, _) = self.resolve(if directory.is_empty() { "/" } else { directory })?;
        self.tree.link(&format!("{}/{name}", directory.trim_end_matches('/')), target)
    }

    /// Where `path` leads in the base. The links on the way are repeated in the layer.
    fn resolve(&mut self, path: &str) -> Result<(String, Place)> {
        let place = self.root.place(path)?;
        let text = |path: &std::path::Path| {
            let message = || Error::new(format!("{} is not UTF-8", path.display()));
            path.to_str().map(str::to_owned).ok_or_else(message)
        };
        for (link, target) in &place.links {
            self.tree.link(&text(link)?, &text(target)?)?;
        }
        Ok((text(&place.path)?, place))
    }
}

/// The flags that the name of the library directory has: a debug build shares that of the usual build.
fn library_flags(interpreter: &Interpreter) -> &str {
    if interpreter.abi_flags.contains('t') { "t" } else { "" }
}

//! What wheelbase leaves to uv, and makes reproducible around it: the commands `resolve`, `build` and `sync`.
//!
//! They run on an image with an interpreter and with a network, unlike everything else here: the helper calls uv
//! with an environment that does not depend on the image, and gives what comes out fixed names and times.

mod build;
mod index;
mod resolve;
mod sync;

pub use build::build;
pub use resolve::resolve;
pub use sync::sync;

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::contract::IndexInput;
use crate::error::{Context, Error, Result};

/// Where uv keeps what it downloads; a cache mount of the op.
const CACHE: &str = "/root/.cache/uv";

/// uv, to be given arguments and run.
struct Uv {
    command: Command,
    /// What it reads from its standard input, which nothing that it starts finds there again.
    configuration: Option<String>,
}

impl Uv {
    /// uv with nothing of the image's environment but its search paths, proxies and certificates.
    fn new(program: &str, indexes: &[IndexInput]) -> Result<Self> {
        let kept = |name: &str| {
            let upper = name.to_ascii_uppercase();
            matches!(name, "PATH" | "LD_LIBRARY_PATH")
                || upper.ends_with("_PROXY")
                || upper.starts_with("SSL_CERT_")
        };
        let mut command = Command::new(program);
        command
            .env_clear()
            .envs(std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(kept)))
            .env("HOME", "/root")
            .env("LC_ALL", "C.UTF-8")
            .env("UV_CACHE_DIR", CACHE)
            .env("UV_LINK_MODE", "copy")
            .env("UV_NO_CONFIG", "1")
            .env("UV_NO_PROGRESS", "1")
            .env("UV_PYTHON_DOWNLOADS", "never")
            .env("UV_SYSTEM_CERTS", "1")
            .stdin(Stdio::null());
        let configuration = index::configuration(indexes)?;
        if configuration.is_some() {
            command.args(["--config-file", "/dev/stdin"]).stdin(Stdio::piped());
        }
        Ok(Self { command, configuration })
    }

    /// Runs it to its end. `what` follows on "cannot".
    fn run(mut self, what: &str) -> Result<()> {
        let failed = || format!("cannot {what}: cannot start uv");
        let mut child = self.command.spawn().context(failed)?;
        if let (Some(mut pipe), Some(text)) = (child.stdin.take(), self.configuration) {
            // uv that ends before it reads says itself why.
            let _ = pipe.write_all(text.as_bytes());
        }
        let status = child.wait().context(failed)?;
        if status.success() {
            Ok(())
        } else {
            Err(Error::new(format!("cannot {what}: uv failed ({status})")))
        }
    }
}

/// A folder for uv's input, gone with the value.
struct Work(PathBuf);

impl Work {
    fn new() -> Result<Self> {
        let folder = PathBuf::from("/tmp/wheelbase");
        fs::create_dir_all(&folder).context(|| "cannot make a temporary folder")?;
        Ok(Self(folder))
    }

    fn write(&self, name: &str, lines: &[String]) -> Result<PathBuf> {
        let path = self.0.join(name);
        fs::write(&path, lines.join("\n") + "\n").context(|| format!("cannot write {name}"))?;
        Ok(path)
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        // What is left behind lies in a root that the op throws away.
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn passwords_are_in_nothing_that_a_build_can_see() {
        let folder = tempfile::TempDir::new().unwrap();
        let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        let (program, secret) = (file("uv"), file("secret"));
        let [seen, read, left] = ["seen", "read", "left"].map(file);
        let script = format!(
            "#!/bin/sh\n{{ env; cat /proc/$$/cmdline; }} > {seen}\ncat \"$2\" > {read}\nsh -c 'cat > {left}'\n"
        );
        fs::write(&program, script).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        fs::write(&secret, "Basic dXNlcjpodW50ZXIy").unwrap();
        let index = IndexInput { url: "https://a.example/simple".into(), authorization: Some(secret) };
        Uv::new(&program, &[index]).unwrap().run("look").unwrap();
        let content = |path: &str| fs::read_to_string(path).unwrap();
        assert!(content(&read).contains("https://user:hunter2@a.example/simple"));
        assert!(content(&seen).contains("UV_CACHE_DIR") && !content(&seen).contains("hunter2"));
        assert_eq!(content(&left), "");
    }

    #[test]
    fn without_indexes_there_is_nothing_to_read() {
        let uv = Uv::new("/uv", &[]).unwrap();
        assert_eq!(uv.command.get_args().count(), 0);
    }
}

//! The machine that an image is made for: interpreter, C library and processor.

use std::fmt;

use pep440_rs::Version;
use wheelbase_helper::contract::{Interpreter, Libc};

use super::tags::Tags;
use crate::diag::Diagnostic;
use crate::lock::marker::Environment;

/// What an image runs on. Everything that selection depends on besides the lock and the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    version: Version,
    minor: (u64, u64),
    free_threaded: bool,
    debug: bool,
    libc: Libc,
    machine: String,
    environment: Environment,
}

impl Target {
    /// From the facts of a base image.
    ///
    /// # Errors
    /// `python-implementation` for anything but CPython 3, `python-version` for a version that is none.
    pub fn new(interpreter: &Interpreter, libc: Libc) -> Result<Self, Diagnostic> {
        if interpreter.implementation != "cpython" {
            let message = format!("the interpreter `{}` is {}", interpreter.path, interpreter.implementation);
            return Err(Diagnostic::error("python-implementation", message)
                .help("only CPython is supported: choose another base image"));
        }
        let version: Option<Version> = interpreter.version.parse().ok();
        let minor = version.as_ref().and_then(|version| match version.release() {
            [3, minor, ..] => Some((3, *minor)),
            _ => None,
        });
        let (Some(version), Some(minor)) = (version, minor) else {
            let message =
                format!("the interpreter `{}` has version `{}`", interpreter.path, interpreter.version);
            return Err(Diagnostic::error("python-version", message).help("only Python 3 is supported"));
        };
        // Markers see the release alone, as uv has it: `3.14.0rc1` is 3.14.0 to a lock that wants `>=3.14`.
        let release = version.only_release();
        let environment = Environment {
            platform_machine: interpreter.machine.clone(),
            implementation_name: interpreter.implementation.clone(),
            platform_python_implementation: "CPython".to_owned(),
            python_version: Version::new([minor.0, minor.1]),
            python_full_version: release,
        };
        Ok(Self {
            version,
            minor,
            free_threaded: interpreter.abi_flags.contains('t'),
            debug: interpreter.abi_flags.contains('d'),
            libc,
            machine: interpreter.machine.clone(),
            environment,
        })
    }

    /// The full version, without a pre-release part.
    pub fn python(&self) -> &Version {
        &self.environment.python_full_version
    }

    /// The full version as the interpreter says it: `3.14.0rc1`.
    pub fn full_version(&self) -> &Version {
        &self.version
    }

    /// Major and minor version.
    pub fn minor(&self) -> (u64, u64) {
        self.minor
    }

    /// Whether it is a build without the global interpreter lock (`3.13t`).
    pub fn free_threaded(&self) -> bool {
        self.free_threaded
    }

    /// Whether it is a debug build.
    pub fn debug(&self) -> bool {
        self.debug
    }

    /// The C library.
    pub fn libc(&self) -> Libc {
        self.libc
    }

    /// The processor, in the words of `uname -m`.
    pub fn machine(&self) -> &str {
        &self.machine
    }

    /// The values of marker variables.
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// The wheels that fit, best first.
    pub fn tags(&self) -> Tags {
        Tags::new(self)
    }
}

impl fmt::Display for Target {
    /// `cpython 3.13 on glibc 2.36 x86_64`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (major, minor) = self.minor;
        let flag = if self.free_threaded { "t" } else { "" };
        let libc = match self.libc {
            Libc::Glibc(major, minor) => format!("glibc {major}.{minor}"),
            Libc::Musl(major, minor) => format!("musl {major}.{minor}"),
        };
        write!(f, "cpython {major}.{minor}{flag} on {libc} {}", self.machine)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A target in few words.
    pub(crate) fn target(version: &str, flags: &str, libc: Libc, machine: &str) -> Target {
        let interpreter = Interpreter {
            path: "/usr/local/bin/python3".into(),
            implementation: "cpython".into(),
            version: version.into(),
            abi_flags: flags.into(),
            machine: machine.into(),
            from_packages: false,
        };
        Target::new(&interpreter, libc).unwrap()
    }

    #[test]
    fn prereleases_count_as_their_release() {
        let target = target("3.14.0rc1", "t", Libc::Musl(1, 2), "aarch64");
        assert_eq!(target.python().to_string(), "3.14.0");
        assert_eq!(target.to_string(), "cpython 3.14t on musl 1.2 aarch64");
    }

    #[test]
    fn only_cpython_3() {
        let mut interpreter = Interpreter {
            path: "/p".into(),
            implementation: "pypy".into(),
            version: "3.10.1".into(),
            abi_flags: String::new(),
            machine: "x86_64".into(),
            from_packages: false,
        };
        assert_eq!(Target::new(&interpreter, Libc::Glibc(2, 36)).unwrap_err().code, "python-implementation");
        interpreter.implementation = "cpython".into();
        for version in ["2.7.18", "", "x"] {
            interpreter.version = version.into();
            assert_eq!(Target::new(&interpreter, Libc::Glibc(2, 36)).unwrap_err().code, "python-version");
        }
    }
}

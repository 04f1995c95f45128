//! Has Python compile what was installed, once, so that no container does it at each start.
//!
//! Bytecode does not depend on the machine, so the interpreter may be of another one. It does depend on the
//! hash seed (the order of constants, before Python 3.11) and, through shared objects, on which files the same
//! process compiled before; so the seed is fixed and one process compiles everything, in sorted order.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::error::{Context, Error, Result};

/// Files of packages with syntax errors are common (templates, tests for other versions) and no failure, so what
/// `compile_dir` returns is not looked at. The pycs are never checked against their sources (PEP 552): times
/// mean nothing here. `stripdir` and `prependdir` make tracebacks name the files as the image has them.
const PROGRAM: &str = "\
import sys
sys.path[:] = [entry for entry in sys.path if entry]
import compileall, py_compile
compileall.compile_dir(
    sys.argv[1], stripdir=sys.argv[2], prependdir='/', quiet=2, force=True, workers=1,
    invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
)
";

/// Compiles everything below `packages`, which lies below `out`.
///
/// Errors: an interpreter that does not start, or crashes.
pub(crate) fn compile(interpreter: &str, out: &str, packages: &Path) -> Result<()> {
    let failed = || format!("cannot compile bytecode with {interpreter}");
    // Not `-I`: it would ignore the hash seed too. The environment is empty, so nothing is left to ignore;
    // `-s` and `-S` keep out packages of the user and of the image, `-B` leaves the interpreter's own tree alone.
    let output = Command::new(interpreter)
        .args(["-s", "-S", "-B", "-c", PROGRAM])
        .arg(packages)
        .arg(out)
        .env_clear()
        .env("PYTHONHASHSEED", "0")
        .stdin(Stdio::null())
        .output()
        .context(failed)?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(Error::new(format!("{}: {}\n{}", failed(), output.status, said.trim_end())))
}

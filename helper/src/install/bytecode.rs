//! Has Python compile what was installed, once, so that no container does it at each start.
//!
//! Bytecode does not depend on the machine, so the interpreter may be of another one. It does depend on the
//! hash seed (the order of constants, before Python 3.11) and, through shared objects, on which files the same
//! process compiled before. So the seed is fixed, and each process gets a share of the files that follows from
//! their names and sizes alone: how many processes run at a time changes nothing.

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::thread;

use crate::error::{Context, Error, Result};

/// Where the dynamic linker looks for the interpreter's own library, if the image says so.
const LIBRARY_PATH: &str = "LD_LIBRARY_PATH";

/// How many bytes of source one process compiles: enough that starting it does not count, so few that large
/// packages keep several processors busy.
const SHARE: u64 = 2 << 20;

/// Reads the names of files from standard input, with NUL between, and compiles them. Files of packages with
/// syntax errors are common (templates, tests for other versions) and no failure, nor are names that leave no room for
/// `__pycache__` and what goes into it. A disk that is full is one: a layer without some of its bytecode would stay in
/// the cache. The results are never checked against their sources (PEP 552): times mean nothing here. `dfile` makes
/// tracebacks name the files as the image has them.
const PROGRAM: &str = "\
import sys
sys.path[:] = [entry for entry in sys.path if entry]
import errno, os, py_compile
os.umask(0o022)
for name in sys.stdin.buffer.read().split(b'\\0'):
    name = os.fsdecode(name)
    try:
        py_compile.compile(
            name, dfile='/' + os.path.relpath(name, sys.argv[1]), doraise=True,
            invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        )
    except (py_compile.PyCompileError, SyntaxError, UnicodeError, FileExistsError, NotADirectoryError):
        pass
    except OSError as error:
        if error.errno != errno.ENAMETOOLONG:
            raise
";

/// Compiles every module below `packages`, which lies below `out`.
///
/// Errors: an interpreter that does not start, or crashes.
pub(crate) fn compile(interpreter: &str, out: &str, packages: &Path) -> Result<()> {
    let mut modules = Vec::new();
    find_modules(packages, &mut modules)?;
    let shares = shares(modules);
    let processors = thread::available_parallelism().map_or(1, usize::from);
    let waiting = Mutex::new(shares.iter());
    let work = || -> Result<()> {
        loop {
            let share = waiting.lock().map_err(|_| Error::new("another share failed"))?.next();
            let Some(share) = share else { return Ok(()) };
            compile_share(interpreter, out, share)?;
        }
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..processors.min(shares.len())).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|worker| {
            worker.join().unwrap_or_else(|_| Err(Error::new("compiling bytecode was given up")))
        })
    })
}

/// The modules below `directory` with their sizes, in an order that depends on their names alone.
fn find_modules(directory: &Path, modules: &mut Vec<(PathBuf, u64)>) -> Result<()> {
    let failed = || format!("cannot read {}", directory.display());
    let mut entries =
        fs::read_dir(directory).context(failed)?.collect::<std::io::Result<Vec<_>>>().context(failed)?;
    entries.sort_by_key(|entry| entry.file_name());
    for entry in entries {
        let path = entry.path();
        let kind = entry.file_type().context(failed)?;
        if kind.is_dir() && entry.file_name() != "__pycache__" {
            find_modules(&path, modules)?;
        } else if kind.is_file() && path.extension() == Some(OsStr::new("py")) {
            modules.push((path, entry.metadata().context(failed)?.len()));
        }
    }
    Ok(())
}

/// Cuts the modules into shares of about the same size.
fn shares(modules: Vec<(PathBuf, u64)>) -> Vec<Vec<PathBuf>> {
    let mut shares: Vec<Vec<PathBuf>> = Vec::new();
    let mut room = 0;
    for (path, size) in modules {
        match shares.last_mut().filter(|_| room > 0) {
            Some(share) => share.push(path),
            None => {
                shares.push(vec![path]);
                room = SHARE;
            }
        }
        room = room.saturating_sub(size);
    }
    shares
}

fn compile_share(interpreter: &str, out: &str, share: &[PathBuf]) -> Result<()> {
    let failed = || format!("cannot compile bytecode with {interpreter}");
    // Not `-I`: it would ignore the hash seed too. The environment is empty but for where the image says that shared
    // libraries are, so nothing is left to ignore; `-s` and `-S` keep out packages of the user and of the image, `-B`
    // leaves the interpreter's own tree alone.
    let mut process = Command::new(interpreter)
        .args(["-s", "-S", "-B", "-c", PROGRAM, out])
        .env_clear()
        .envs(std::env::var_os(LIBRARY_PATH).map(|path| (LIBRARY_PATH, path)))
        .env("PYTHONHASHSEED", "0")
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .context(failed)?;
    let names: Vec<&[u8]> = share.iter().map(|path| path.as_os_str().as_bytes()).collect();
    // A process that crashes before it has read everything is reported by its status.
    let _ = process.stdin.take().map(|mut input| input.write_all(&names.join(&0)));
    let output = process.wait_with_output().context(failed)?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(Error::new(format!("{}: {}\n{}", failed(), output.status, said.trim_end())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(sizes: &[u64], expected: &[usize]) {
        let modules = sizes.iter().enumerate().map(|(index, size)| (PathBuf::from(index.to_string()), *size));
        let lengths: Vec<usize> = shares(modules.collect()).iter().map(Vec::len).collect();
        assert_eq!(lengths, expected);
    }

    #[test]
    fn shares_end_when_they_are_full() {
        check(&[], &[]);
        check(&[0, 0, 0], &[3]);
        check(&[SHARE, 1, 1], &[1, 2]);
        check(&[SHARE - 1, 1, 1], &[2, 1]);
        check(&[SHARE * 3, SHARE / 2, SHARE], &[1, 2]);
    }
}

//! LLB, BuildKit's graph of build steps, as immutable values.
//!
//! An [`Output`] is one result of an operation that is already sealed, so a graph cannot have a cycle; operations
//! are known by the digest of their bytes, so equal ones are one vertex, in whatever order they were made. What
//! does not change a result (names, places in source files, cache hints) is kept beside the bytes, in [`Meta`].
//!
//! ```
//! use buildkit_llb::{Exec, Fs, Http, Image, Meta, Platform, definition, merge};
//!
//! let platform = Platform::linux("amd64");
//! let base = Image::new("docker.io/library/python:3.13-slim", &platform).output();
//! let wheel = Http::new("https://files.example/idna.whl").checksum("sha256:00").output();
//!
//! let mut unpack = Exec::new(base.clone(), ["/usr/bin/unpack", "/in/idna.whl"]).platform(&platform);
//! unpack.read_only("/in", wheel);
//! let layer = unpack.meta(Meta::named("install idna")).output_at("/out", Fs::Scratch);
//!
//! let image = merge([base.into(), layer.into()]).expect("not scratch");
//! let definition = definition(&image);
//! assert!(buildkit_llb::verify(&definition).is_empty());
//! ```
//!
//! Bytes are made exactly as BuildKit's own client makes them: a daemon encodes each operation again, and places
//! in source files are found only where both come to the same digest.

mod caps;
mod definition;
mod digest;
mod dump;
mod encode;
mod exec;
mod file;
mod git;
mod git_url;
mod json;
mod merge;
mod meta;
mod mount;
mod note;
mod output;
mod platform;
mod raw;
mod source;
mod verify;

pub use caps::{Missing, missing_caps};
pub use definition::definition;
pub use digest::sha256;
pub use dump::dump;
pub use exec::{Exec, Network, ProxyEnv, Sealed, Ulimit};
pub use file::{Copy, File, Owner};
pub use git::Git;
pub use merge::{diff, merge, merge_with};
pub use meta::{Meta, SourceFile};
pub use mount::{ContentCache, Secret, Sharing};
pub use output::{Fs, Output};
pub use platform::Platform;
pub use raw::{RawError, from_definition};
pub use source::{Http, Image, Local, OciLayout};
pub use verify::{Rule, Violation, verify};

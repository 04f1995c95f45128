#![doc = include_str!("../README.md")]

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

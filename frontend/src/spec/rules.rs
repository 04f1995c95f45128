//! What a string must say to be a path, a port, a name, …: one small function a rule, each from the string to
//! the value or to a [`Refusal`] that says what to write.

pub(super) mod command;
pub(super) mod config;
pub(super) mod image;
pub(super) mod names;
pub(super) mod paths;
pub(super) mod python;
pub(super) mod urls;

pub(super) use super::reader::Refusal;

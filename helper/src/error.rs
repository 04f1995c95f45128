//! What went wrong, in words for the person who reads the output of the build.
//!
//! There is one kind of error: a sentence. Nobody handles these errors by kind, everybody reads them, so what
//! counts is that each says which file and which wheel it is about; [`Context`] adds that on the way up.

use std::fmt;

/// A sentence that says what went wrong and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error(String);

/// What every fallible function of this package gives.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error that says `message`.
    pub fn new(message: impl Into<String>) -> Error {
        Error(message.into())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

/// Says where an error happened: `context: cause`.
pub(crate) trait Context<T> {
    /// Puts what `context` gives in front of the error, if there is one.
    fn context<S: fmt::Display>(self, context: impl FnOnce() -> S) -> Result<T>;
}

impl<T, E: fmt::Display> Context<T> for std::result::Result<T, E> {
    fn context<S: fmt::Display>(self, context: impl FnOnce() -> S) -> Result<T> {
        self.map_err(|cause| Error(format!("{}: {cause}", context())))
    }
}

//! tmp
use super::{Read, Reader};
use crate::diag::{Checked, Diagnostic};
pub(super) fn read(input: &Reader<'_>) -> Checked<Read> {
    Checked::failed(Diagnostic::error("lock-format", format!("`{}` is not read yet", input.file.name())))
}

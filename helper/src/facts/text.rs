//! Finds words in the bytes of programs.

use memchr::memmem;

/// What follows `marker` at each of its places in `bytes`.
pub(super) fn after<'a>(bytes: &'a [u8], marker: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
    memmem::find_iter(bytes, marker).map(move |at| &bytes[at + marker.len()..])
}

/// The text up to the first NUL; empty if that is not text.
pub(super) fn until_nul(bytes: &[u8]) -> &str {
    let end = memchr::memchr(0, bytes).unwrap_or(bytes.len());
    std::str::from_utf8(&bytes[..end]).unwrap_or_default()
}

/// The first two numbers of `text`: `2.36.` gives 2 and 36.
pub(super) fn two_numbers(text: &[u8]) -> Option<(u32, u32)> {
    let (first, rest) = number(text)?;
    let (second, _) = number(rest.strip_prefix(b".")?)?;
    Some((first, second))
}

/// The number at the start of `text`, and what follows it.
pub(super) fn number(text: &[u8]) -> Option<(u32, &[u8])> {
    let length = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = text.split_at(length);
    Some((std::str::from_utf8(digits).ok()?.parse().ok()?, rest))
}

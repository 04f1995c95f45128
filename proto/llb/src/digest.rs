//! Digests of bytes, in the form that everything in the container world uses.

use sha2::{Digest as _, Sha256};

/// `sha256:` and 64 hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    let mut text = String::with_capacity("sha256:".len() + 64);
    text.push_str("sha256:");
    for byte in Sha256::digest(bytes) {
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from_digit(u32::from(digit), 16).expect("half a byte is a hexadecimal digit"));
        }
    }
    text
}

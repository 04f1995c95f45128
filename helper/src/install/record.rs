//! RECORD: the list of the files of an installed package (PEP 376, PEP 427).
//!
//! What wheels bring is often a little wrong: paths with `./` or backslashes, lines for files that are not
//! there, files without a line, weak hashes. So of a wheel's RECORD only the hashes are taken, and the list is
//! made from what was really installed.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

/// What RECORD says of a file: `sha256=…` and its size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hashed {
    /// Algorithm and value, as RECORD writes them.
    pub(crate) hash: String,
    /// Size in bytes.
    pub(crate) size: u64,
}

/// The SHA-256 of the files that a wheel's RECORD names, by path; lines that say something else are left out.
pub(crate) fn parse(text: &str) -> BTreeMap<String, Hashed> {
    let mut hashes = BTreeMap::new();
    for line in text.lines() {
        let fields = fields(line);
        let [path, hash, size, ..] = fields.as_slice() else { continue };
        let Ok(size) = size.trim().parse() else { continue };
        // 32 bytes in base64 without padding.
        if hash.strip_prefix("sha256=").is_none_or(|value| value.len() != 43) {
            continue;
        }
        let path = path.replace('\\', "/");
        let path = path.trim_start_matches("./").to_owned();
        hashes.insert(path, Hashed { hash: hash.clone(), size });
    }
    hashes
}

/// The text of RECORD for the installed `files`; `own` is its own path, for which it gives no hash.
pub(crate) fn render(files: &BTreeMap<String, Hashed>, own: &str) -> String {
    let mut lines: Vec<String> = files
        .iter()
        .map(|(path, hashed)| format!("{},{},{}\n", quoted(path), hashed.hash, hashed.size))
        .collect();
    lines.push(format!("{},,\n", quoted(own)));
    lines.sort();
    lines.concat()
}

/// What RECORD says of these bytes.
pub(crate) fn hashed(content: &[u8]) -> Hashed {
    finished(Sha256::new_with_prefix(content), content.len() as u64)
}

/// What RECORD says of a file whose bytes went through `digest`.
pub(crate) fn finished(digest: Sha256, size: u64) -> Hashed {
    Hashed { hash: format!("sha256={}", base64(&digest.finalize())), size }
}

/// The fields of one line of CSV. Paths with a line break in them do not occur.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        let field = fields.last_mut().expect("there is always a field");
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => field.extend(letters.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            other => field.push(other),
        }
    }
    fields
}

fn quoted(path: &str) -> String {
    if path.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", path.replace('"', "\"\""))
    } else {
        path.to_owned()
    }
}

/// The URL-safe alphabet of RFC 4648, without padding.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let mut padded = [0; 4];
        padded[1..=chunk.len()].copy_from_slice(chunk);
        let bits = u32::from_be_bytes(padded);
        for position in 0..=chunk.len() {
            let index = (bits >> (18 - 6 * position)) & 0x3f;
            text.push(char::from(ALPHABET[index as usize]));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_of_rfc_4648() {
        for (bytes, text) in [("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg")] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
        assert_eq!(base64(&[0xfb, 0xff]), "-_8");
    }

    #[test]
    fn hash_of_nothing() {
        let nothing = hashed(b"");
        assert_eq!(nothing.hash, "sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU");
        assert_eq!(nothing.size, 0);
    }

    #[test]
    fn odd_lines_are_left_out_and_odd_paths_straightened() {
        let hash = hashed(b"x").hash;
        let text = format!(
            "./a.py,{hash},1\r\nb\\c.py,{hash},1\n\"d,\"\"e\"\".py\",{hash},1\nweak.py,md5=abc,1\nnone.py,,\nhalf\nRECORD,,\n"
        );
        let parsed = parse(&text);
        assert_eq!(parsed.keys().collect::<Vec<_>>(), ["a.py", "b/c.py", "d,\"e\".py"]);
    }

    #[test]
    fn rendered_lines_are_sorted_and_quoted() {
        let files = BTreeMap::from([
            ("z.py".to_owned(), Hashed { hash: "sha256=z".to_owned(), size: 1 }),
            ("a,b.py".to_owned(), Hashed { hash: "sha256=a".to_owned(), size: 2 }),
        ]);
        assert_eq!(render(&files, "m/RECORD"), "\"a,b.py\",sha256=a,2\nm/RECORD,,\nz.py,sha256=z,1\n");
    }
}

//! The door for bytes: what is not a text, or is too much of one, is an error here and nowhere else.

use crate::diag::Diagnostic;

/// A description may not be larger. A large one is a few kilobytes; what is larger is another file.
pub const MAX_BYTES: usize = 1 << 20;

/// The text of a description. `name` is what people see in messages. A UTF-8 byte order mark is dropped, so that
/// the first line is the first line.
///
/// # Errors
/// The file is larger than [`MAX_BYTES`], holds NUL bytes (then it is no text, or one in UTF-16), or is not UTF-8.
pub fn decode(name: &str, bytes: &[u8]) -> Result<String, Diagnostic> {
    if bytes.len() > MAX_BYTES {
        let error = format!("`{name}` is larger than a description can be: {} bytes", bytes.len());
        return Err(Diagnostic::error("file-too-large", error)
            .help(format!("at most {MAX_BYTES} bytes are read; is this the right file?")));
    }
    refuse_utf16(name, bytes)?;
    if let Some(at) = bytes.iter().position(|byte| *byte == 0) {
        let error = format!("`{name}` holds a NUL byte in line {}", line(bytes, at));
        return Err(Diagnostic::error("not-text", error)
            .help("a description is a TOML file; is this the right file?"));
    }
    utf8(name, bytes.to_vec()).map_err(|error| error.help("save the file as UTF-8"))
}

/// The text of a file of any size that a tool writes. A UTF-8 byte order mark is dropped.
///
/// # Errors
/// The file is in UTF-16, by its byte order mark, or is not UTF-8.
pub fn decode_written(name: &str, bytes: Vec<u8>) -> Result<String, Diagnostic> {
    refuse_utf16(name, &bytes)?;
    utf8(name, bytes).map_err(|error| error.help("make the file again with its own tool"))
}

/// The error for UTF-16, which is what `>` of Windows PowerShell writes. Its byte order marks are no UTF-8.
fn refuse_utf16(name: &str, bytes: &[u8]) -> Result<(), Diagnostic> {
    if !bytes.starts_with(&[0xff, 0xfe]) && !bytes.starts_with(&[0xfe, 0xff]) {
        return Ok(());
    }
    let error = Diagnostic::error("not-utf8", format!("`{name}` is in UTF-16, by its byte order mark"));
    Err(error
        .help(format!(
            "save it as UTF-8; in PowerShell: `(Get-Content {name}) | Set-Content -Encoding utf8 {name}`"
        ))
        .help(format!(
            "`>` of Windows PowerShell writes UTF-16, and `| Out-File -Encoding utf8 {name}` writes UTF-8"
        )))
}

fn utf8(name: &str, mut bytes: Vec<u8>) -> Result<String, Diagnostic> {
    if bytes.starts_with(b"\xef\xbb\xbf") {
        bytes.drain(..3);
    }
    String::from_utf8(bytes).map_err(|error| {
        let (at, bytes) = (error.utf8_error().valid_up_to(), error.as_bytes());
        let message = format!("`{name}` is not UTF-8: byte 0x{:02x} in line {}", bytes[at], line(bytes, at));
        Diagnostic::error("not-utf8", message)
    })
}

/// The line of a byte, counted from 1.
fn line(bytes: &[u8], at: usize) -> usize {
    bytes[..at].iter().filter(|byte| **byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(bytes: &[u8]) -> String {
        decode("app.toml", bytes).unwrap_err().message
    }

    #[test]
    fn only_texts_come_in() {
        assert_eq!(decode("a", b"\xef\xbb\xbfpython = \"3\"").unwrap(), "python = \"3\"");
        assert_eq!(refused(b"a\nb\xff"), "`app.toml` is not UTF-8: byte 0xff in line 2");
        assert_eq!(refused(b"\xff\xfea\0"), "`app.toml` is in UTF-16, by its byte order mark");
        assert_eq!(refused(b"a\n\0"), "`app.toml` holds a NUL byte in line 2");
        assert_eq!(
            refused(&vec![b'a'; 10 << 20]),
            "`app.toml` is larger than a description can be: 10485760 bytes"
        );
        assert!(decode("a", &vec![b'#'; MAX_BYTES]).is_ok());
    }

    #[test]
    fn what_a_tool_writes_may_be_large_and_is_text() {
        let decode = |bytes: &[u8]| decode_written("requirements.txt", bytes.to_vec());
        let refused = |bytes: &[u8]| decode(bytes).unwrap_err().brief(&crate::text::Files::default());
        assert_eq!(decode(b"\xef\xbb\xbfflask==3.1.3\n").unwrap(), "flask==3.1.3\n");
        assert!(decode(&vec![b'#'; MAX_BYTES + 1]).is_ok());
        insta::assert_snapshot!(refused(b"\xff\xfef\0l\0"), @"
        error[not-utf8]: `requirements.txt` is in UTF-16, by its byte order mark
          = help: save it as UTF-8; in PowerShell: `(Get-Content requirements.txt) | Set-Content -Encoding utf8 requirements.txt`
          = help: `>` of Windows PowerShell writes UTF-16, and `| Out-File -Encoding utf8 requirements.txt` writes UTF-8
        ");
        assert_eq!(refused(b"\xff\xfef\0"), refused(b"\xfe\xff\0f"));
        insta::assert_snapshot!(refused(b"flask\n# caf\xe9\n"), @"
        error[not-utf8]: `requirements.txt` is not UTF-8: byte 0xe9 in line 2
          = help: make the file again with its own tool
        ");
    }
}

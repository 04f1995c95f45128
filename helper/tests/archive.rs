//! Archives that are not quite right are refused. They are made by changing the bytes of a good one.

mod support;

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use proptest::prelude::*;
use support::Bench;
use wheelbase_helper::archive::Archive;
use zip::CompressionMethod;
use zip::write::SimpleFileOptions;

const CENTRAL_HEADER: &[u8] = b"PK\x01\x02";
const LOCAL_HEADER: &[u8] = b"PK\x03\x04";
const END: &[u8] = b"PK\x05\x06";

/// An archive of two files, the first stored and the second deflated.
fn good() -> Vec<u8> {
    zip_of(&[
        ("aa.py", b"first", CompressionMethod::Stored),
        ("bb.py", &[b'x'; 999], CompressionMethod::Deflated),
    ])
}

fn zip_of(files: &[(&str, &[u8], CompressionMethod)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content, method) in files {
        let options = SimpleFileOptions::default().compression_method(*method);
        zip.start_file(*name, options).expect("the name is new");
        zip.write_all(content).expect("memory is writable");
    }
    zip.finish().expect("memory is writable").into_inner()
}

/// Opens the archive and unpacks all of it.
fn unpack(bytes: &[u8]) -> Result<Vec<(String, Vec<u8>)>, String> {
    let bench = Bench::new();
    let path: PathBuf = bench.input().join("a.whl");
    fs::write(&path, bytes).expect("the directory is writable");
    let mut archive = Archive::open(&path).map_err(|error| error.to_string())?;
    let mut files = Vec::new();
    for entry in archive.entries().to_vec() {
        files.push((entry.name.clone(), archive.read(&entry).map_err(|error| error.to_string())?));
    }
    Ok(files)
}

/// The archive with `change` done to the bytes from the first `marker` on.
fn changed(marker: &[u8], change: impl FnOnce(&mut [u8])) -> Vec<u8> {
    let mut bytes = good();
    let at = bytes.windows(marker.len()).position(|window| window == marker).expect("it is there");
    change(&mut bytes[at..]);
    bytes
}

#[track_caller]
fn refused(bytes: &[u8], expected: &str) {
    assert_eq!(unpack(bytes), Err(expected.to_owned()));
}

#[test]
fn a_good_one() {
    let expected = vec![("aa.py".to_owned(), b"first".to_vec()), ("bb.py".to_owned(), vec![b'x'; 999])];
    assert_eq!(unpack(&good()), Ok(expected));
    assert_eq!(unpack(&zip_of(&[])), Ok(vec![]));
}

#[test]
fn content_larger_than_the_buffer() {
    let content: Vec<u8> =
        (0..3_000_000_u32).flat_map(|number| number.wrapping_mul(number).to_le_bytes()).collect();
    for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
        let files = unpack(&zip_of(&[("big", &content, method), ("end", b"1", method)])).unwrap();
        assert!(files[0].1 == content && files[1].1 == b"1");
    }
}

/// More entries than 16 bits can count need the 64-bit end record.
#[test]
fn more_than_65535_entries() {
    let names: Vec<String> = (0..66_000).map(|number| format!("d/{number}")).collect();
    let files: Vec<_> =
        names.iter().map(|name| (name.as_str(), &b"1"[..], CompressionMethod::Stored)).collect();
    let bytes = zip_of(&files);
    assert_eq!(unpack(&bytes).unwrap().len(), 66_000);
    let locator = bytes.windows(4).rposition(|window| window == b"PK\x06\x07").unwrap();
    let mut moved = bytes.clone();
    moved[locator + 8] ^= 1;
    refused(&moved, "its 64-bit end record is not where it should be");
}

/// Sizes and offsets may stand in an extra field, with all bits of their usual place set.
#[test]
fn wide_numbers() {
    let mut bytes = good();
    let last = bytes.windows(4).rposition(|window| window == CENTRAL_HEADER).unwrap();
    let end = bytes.windows(4).rposition(|window| window == END).unwrap();
    let size_and_offset = [bytes[last + 24..last + 28].to_vec(), bytes[last + 42..last + 46].to_vec()];
    let wide: Vec<u8> =
        size_and_offset.iter().flat_map(|narrow| [narrow.clone(), vec![0; 4]].concat()).collect();
    let other_field = [0x55, 0x54, 1, 0, 9];
    let extra = [&other_field[..], &[1, 0, 16, 0], &wide].concat();
    bytes[last + 24..last + 28].fill(0xff);
    bytes[last + 42..last + 46].fill(0xff);
    bytes[last + 30] = extra.len() as u8;
    bytes[end + 12] += extra.len() as u8;
    bytes.splice(end..end, extra.iter().copied());
    assert_eq!(unpack(&bytes), unpack(&good()));
    // Without the field there is nothing to stand for the set bits.
    bytes[end + other_field.len()] = 2;
    refused(&bytes, "its directory is cut off");
}

#[test]
fn names() {
    for name in ["/etc/passwd", "../a", "a/../../b", "a\\b", "a//b", "./a", "a/.", "a\0b", "", "..", "a/../"]
    {
        let bytes = zip_of(&[(&"n".repeat(name.len()), b"", CompressionMethod::Stored)]);
        let hex = |text: &str| text.as_bytes().to_vec();
        let mut renamed = bytes.clone();
        for at in 0..bytes.len() - name.len() {
            if !name.is_empty() && bytes[at..].starts_with(&hex(&"n".repeat(name.len()))) {
                renamed[at..at + name.len()].copy_from_slice(name.as_bytes());
            }
        }
        refused(
            &renamed,
            &format!(
                "`{}` in it is not a plain relative path",
                name.escape_debug().to_string().trim_end_matches('/')
            ),
        );
    }
    let mut bytes = good();
    for at in 0..bytes.len() - 5 {
        if &bytes[at..at + 5] == b"aa.py" {
            bytes[at] = 0xff;
        }
    }
    refused(&bytes, "a name in it is not UTF-8: \\xffa.py");
}

#[test]
fn two_entries_of_one_name() {
    let mut bytes = good();
    for at in 0..bytes.len() - 5 {
        if &bytes[at..at + 5] == b"bb.py" {
            bytes[at..at + 2].copy_from_slice(b"aa");
        }
    }
    refused(&bytes, "it holds aa.py twice");
}

#[test]
fn links_devices_and_secrets() {
    let with_mode =
        |mode: u16| changed(CENTRAL_HEADER, |header| header[40..42].copy_from_slice(&mode.to_le_bytes()));
    refused(&with_mode(0o120_777), "aa.py in it is a symbolic link, which wheels cannot hold");
    refused(&with_mode(0o020_644), "aa.py in it is not a regular file");
    assert!(unpack(&with_mode(0o100_644)).is_ok());
    assert!(unpack(&with_mode(0)).is_ok());
    refused(&changed(CENTRAL_HEADER, |header| header[8] |= 1), "aa.py in it is encrypted");
}

#[test]
fn other_compressions() {
    refused(
        &changed(CENTRAL_HEADER, |header| header[10] = 14),
        "aa.py in it is compressed by method 14; wheels are stored or deflated",
    );
}

#[test]
fn headers_that_disagree() {
    let broken = "aa.py in it is broken: its local header and the directory of the archive disagree";
    refused(&changed(LOCAL_HEADER, |header| header[30] = b'z'), broken);
    refused(&changed(LOCAL_HEADER, |header| header[8] = 8), broken);
    refused(
        &changed(LOCAL_HEADER, |header| header[0] = b'X'),
        "aa.py in it is broken: it has no local header",
    );
}

#[test]
fn content_that_is_not_what_was_announced() {
    refused(&changed(b"first", |content| content[0] = b'F'), "aa.py in it is broken: its checksum is wrong");
    let sized = |size: u8| changed(CENTRAL_HEADER, |header| header[24] = size);
    refused(&sized(4), "aa.py in it is broken: it is longer than the archive says");
    refused(&sized(6), "aa.py in it is broken: it is shorter than the archive says");
}

#[test]
fn something_before_between_or_after() {
    let mut bytes = good();
    bytes.extend_from_slice(b"more");
    refused(&bytes, "it is not a zip archive");
    let mut bytes = good();
    bytes.splice(0..0, *b"more");
    refused(&bytes, "there is something before its first entry or after its directory");
    let overlapping = changed(CENTRAL_HEADER, |header| header[20..24].copy_from_slice(&60_u32.to_le_bytes()));
    refused(&overlapping, "aa.py in it overlaps what follows it");
    refused(
        &changed(END, |end| end[8..12].copy_from_slice(&[3, 0, 3, 0])),
        "its directory announces 3 entries and has 2",
    );
}

#[test]
fn a_bomb() {
    let zeros = vec![0; 80 << 20];
    let bytes = zip_of(&[("zeros", &zeros, CompressionMethod::Deflated)]);
    let expected =
        format!("its {} bytes would unpack to {}: that is no honest wheel", bytes.len(), zeros.len());
    refused(&bytes, &expected);
}

proptest! {
    /// Whatever is done to an archive, it is read or refused; nothing panics.
    #[test]
    fn no_bytes_make_it_panic(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6), cut in 0..40_usize) {
        let mut bytes = good();
        for (index, byte) in changes {
            let at = index.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.truncate(bytes.len() - cut / 4);
        let _ = unpack(&bytes);
    }
}

//! Dependency files of every format: read, selected for two machines, planned and lowered.
//!
//! The first byte says which format; what follows a NUL is the text of whatever other file is asked for.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wheelbase::lock::{FORMATS, Request};
use wheelbase_tests::check;

fuzz_target!(|data: &[u8]| {
    let Some((&pick, bytes)) = data.split_first() else { return };
    let text = String::from_utf8_lossy(bytes);
    let (text, more) = match text.split_once('\0') {
        Some((text, more)) => (text, Some(more)),
        None => (&*text, None),
    };
    let name = FORMATS.get(usize::from(pick & 7)).map_or("pyproject.toml", |row| row.name);
    let mut request = Request::default();
    if pick & 0x80 != 0 {
        request = request.group("dev", None).extra("yaml", None);
    }
    if pick & 0x40 != 0 {
        request = request.member("api".parse().expect("a name"), None);
    }
    check::lock(name, text, more, &request);
});

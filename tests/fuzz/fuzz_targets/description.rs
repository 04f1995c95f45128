//! Descriptions: read, shown, and built for each of their first stages.
//!
//! The first byte says whether it is a file of its own or a part of a `pyproject.toml`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wheelbase_tests::check;

fuzz_target!(|data: &[u8]| {
    let Some((&pick, bytes)) = data.split_first() else { return };
    check::description(if pick & 1 == 0 { "app.toml" } else { "pyproject.toml" }, bytes);
});

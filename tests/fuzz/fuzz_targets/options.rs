//! The options of a build as a client sends them: a line is `KEY=VALUE`. And the small languages beside them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wheelbase::context::ImageName;
use wheelbase::ignore;
use wheelbase::image::ImageConfig;
use wheelbase::options::{self, RawOptions};
use wheelbase::text::Files;
use wheelbase_tests::check;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let raw: RawOptions = (text.split('\n').filter_map(|line| line.split_once('=')))
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect();
    let mut found = vec![];
    if let Some(options) = options::parse(&raw).drain_into(&mut found) {
        for platform in options.targets(&options::Platform::linux("amd64")) {
            assert_eq!(options::parse_platform(&platform.to_string()).ok(), Some(platform));
        }
    }
    check::shown(&found, &Files::default());

    for line in text.split('\n').take(8) {
        if let Ok(name) = line.parse::<ImageName>() {
            let again: ImageName = name.to_string().parse().expect("a name is written as it is read");
            assert_eq!(again.with_default_tag(), name.with_default_tag());
        }
        if let Ok(config) = ImageConfig::parse(line.as_bytes()) {
            config.for_platform("linux", "amd64", "").with_layers(&["a".to_owned()], Some(0)).to_json();
        }
    }
    ignore::patterns(&text);
});

//! `schema/wheelbase.json` and `docs/description.md` are what the tables of keys say. With `WHEELBASE_UPDATE=1` they
//! are written anew.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::path::Path;

use wheelbase::spec::{json_schema, reference};

#[test]
fn the_schema_is_current() {
    current("schema/wheelbase.json", &(serde_json::to_string_pretty(&json_schema()).unwrap() + "\n"));
}

#[test]
fn the_reference_is_current() {
    current("docs/description.md", &reference());
}

fn current(file: &str, current: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file);
    if std::env::var_os("WHEELBASE_UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, current).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == current, "{file} is not current: run the tests once with WHEELBASE_UPDATE=1");
}

#[test]
fn the_schema_knows_where_keys_belong() {
    let schema = json_schema();
    let top = schema["properties"].as_object().unwrap();
    assert!(top.contains_key("cmd") && top.contains_key("python") && !top.contains_key("platform"));
    assert_eq!(top["cmd"]["$ref"], "#/definitions/stage/properties/cmd");
    let stages = &schema["properties"]["stages"]["properties"];
    assert_eq!(stages["wheels"]["not"]["anyOf"], serde_json::json!([{ "required": ["gate"] }]));
    assert!(stages["test"]["not"].is_null());
    let stage = &schema["definitions"]["stage"]["properties"];
    assert_eq!(stage["copy"]["items"]["anyOf"][1]["required"], serde_json::json!(["src"]));
}

//! The JSON schema of the description, made from the tables of keys, for editors and for other programs.

use serde_json::{Map, Value, json};

use super::keys::{stage, top};
use super::shape::Shape;
use super::stages::KNOWN_STAGES;
use super::table::{self, Row};

/// The schema (draft 7, which is what editors know). `schema/wheelbase.json` is this value, written out.
pub fn json_schema() -> Value {
    let mut properties = Map::new();
    for row in table::rows(top::KEYS) {
        let schema = if row.name == "stages" { stages(row) } else { property(row) };
        properties.insert(row.name.to_owned(), schema);
    }
    for row in table::rows(stage::KEYS).iter().filter(|row| row.place.allows("app")) {
        properties.insert(
            row.name.to_owned(),
            json!({ "$ref": format!("#/definitions/stage/properties/{}", row.name) }),
        );
    }
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "wheelbase",
        "description": "The description of a Python app for wheelbase: a file of its own, or `[tool.wheelbase]`.",
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
        "definitions": { "stage": object(&table::rows(stage::KEYS)) },
    })
}

/// `stages`: any name, and what is special about the known ones.
fn stages(row: &Row) -> Value {
    let mut known = Map::new();
    for stage in &KNOWN_STAGES {
        let mut schema = json!({
            "description": format!("{}. `from`, if it is not written: {}.", stage.doc, stage.from),
            "allOf": [{ "$ref": "#/definitions/stage" }],
        });
        let rows = table::rows(stage::KEYS);
        let illegal = rows.iter().filter(|row| !row.place.allows(stage.name));
        let illegal: Vec<Value> = illegal.map(|row| json!({ "required": [row.name] })).collect();
        if !illegal.is_empty() {
            schema["not"] = json!({ "anyOf": illegal });
        }
        known.insert(stage.name.to_owned(), schema);
    }
    json!({
        "description": format!("{}.", row.doc),
        "type": "object",
        "properties": known,
        "patternProperties": { "^[a-z0-9][a-z0-9._-]*$": { "$ref": "#/definitions/stage" } },
        "additionalProperties": false,
    })
}

fn property(row: &Row) -> Value {
    let mut schema = of(&row.shape);
    schema["description"] = json!(format!("{}.", row.doc));
    schema
}

fn object(rows: &[&'static Row]) -> Value {
    let properties: Map<String, Value> =
        rows.iter().map(|row| (row.name.to_owned(), property(row))).collect();
    let required: Vec<&str> = rows.iter().filter(|row| row.required).map(|row| row.name).collect();
    let mut schema = json!({ "type": "object", "properties": properties, "additionalProperties": false });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

/// What a string with an argument in it looks like: that may stand for anything.
const ARGUMENT: &str = r"\$\{\{";

fn of(shape: &Shape) -> Value {
    match shape {
        Shape::Text => json!({ "type": "string" }),
        Shape::Pattern(pattern) => json!({ "type": "string", "pattern": format!("{pattern}|{ARGUMENT}") }),
        Shape::Choice(choices) => {
            json!({ "anyOf": [{ "enum": choices }, { "type": "string", "pattern": ARGUMENT }] })
        }
        Shape::Bool => json!({ "type": "boolean" }),
        Shape::Only(value) => json!({ "const": value }),
        Shape::Integer(least, most) => json!({ "type": "integer", "minimum": least, "maximum": most }),
        Shape::List(item) => json!({ "type": "array", "items": of(item) }),
        Shape::Argv => json!({ "type": "array", "items": { "type": "string" } }),
        Shape::Map(value) => json!({ "type": "object", "additionalProperties": of(value) }),
        Shape::Table(rows) => object(&rows()),
        Shape::OneOf(shapes) => json!({ "anyOf": shapes.iter().map(of).collect::<Vec<_>>() }),
    }
}

//! The reference of the description, made from the tables of keys, for the manual.

use std::fmt::Write as _;

use super::keys::{stage, top};
use super::shape::Shape;
use super::stages::KNOWN_STAGES;
use super::table::{self, Place, Row};

/// The reference as Markdown: every key with its values, its meaning and an example.
pub fn reference() -> String {
    let mut out = String::from("# The description\n\n## Once for the whole description\n\n");
    section(&mut out, &table::rows(top::KEYS), "");
    out.push_str("## Stages\n\nThe top level describes `app`, `[stages.NAME]` the others.\n\n");
    out.push_str("| stage | what it is | `from`, if it is not written |\n|---|---|---|\n");
    for stage in &KNOWN_STAGES {
        let _ = writeln!(out, "| `{}` | {} | {} |", stage.name, stage.doc, stage.from);
    }
    out.push_str("\nThe keys of a stage, in the order in which they are carried out:\n\n");
    section(&mut out, &table::rows(stage::KEYS), "");
    out
}

/// One entry a key, and below it the keys of its tables.
fn section(out: &mut String, rows: &[&'static Row], of: &str) {
    for row in rows {
        let place = match row.place {
            Place::Every => "",
            Place::NotApp => " Not in `app`.",
            Place::Gate => " Not in `app` and `wheels`.",
        };
        let required = if row.required { " Required." } else { "" };
        let _ =
            writeln!(out, "### `{of}{}`\n\n{}: {}.{required}{place}\n", row.name, row.shape.words(), row.doc);
        let _ = writeln!(out, "```toml\n{}\n```\n", row.example);
        if row.name != "stages" {
            nested(out, &row.shape, &format!("{of}{}.", row.name));
        }
    }
}

fn nested(out: &mut String, shape: &Shape, of: &str) {
    match shape {
        Shape::Table(rows) => section(out, &rows(), of),
        Shape::List(inner) | Shape::Map(inner) => nested(out, inner, of),
        Shape::OneOf(shapes) => shapes.iter().for_each(|shape| nested(out, shape, of)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::text::Files;

    #[test]
    fn every_example_is_right() {
        let text = reference();
        let examples: Vec<&str> =
            text.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
        assert!(examples.len() > 50);
        for example in examples {
            // The stages that examples speak of.
            let mut description = example.to_owned();
            if example.contains("\"assets\"") {
                description.push_str("[stages.assets]\nfrom = \"node:22-slim\"\n");
            }
            let mut files = Files::default();
            let file = files.add("example.toml", description);
            let found = crate::spec::parse(&file, &BTreeMap::new());
            let letters: Vec<String> = found.diagnostics().iter().map(|d| d.render(&files)).collect();
            assert!(letters.is_empty(), "{}", letters.join("\n"));
        }
    }

    #[test]
    fn every_row_is_documented() {
        fn check(rows: &[&'static Row]) {
            for row in rows {
                assert!(row.doc.len() > 8 && !row.doc.ends_with('.'), "{}", row.name);
                assert!(row.example.contains(row.name), "the example of {} does not use it", row.name);
            }
        }
        check(&table::rows(top::KEYS));
        check(&table::rows(stage::KEYS));
    }
}

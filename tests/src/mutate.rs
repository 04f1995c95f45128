//! Text that was right, changed: broken in small ways, or brought into another order that means the same.

use serde_json::{Map, Value};
use wheelbase::lock::Format;

use crate::random::Random;

/// Breaks a text in a few places: lines and words are dropped, doubled, swapped, cut, or replaced by others of it or by
/// `words`.
pub fn broken(text: &str, words: &[&str], random: &mut Random) -> String {
    let mut text = text.to_owned();
    for _ in 0..=random.below(4) {
        text = match random.below(4) {
            0 | 1 => change(text.split_inclusive('\n').collect(), &[], random),
            2 => change(tokens(&text), words, random),
            _ => cut(&text, random),
        };
    }
    text
}

fn change<'t>(mut parts: Vec<&'t str>, words: &[&'t str], random: &mut Random) -> String {
    if parts.is_empty() {
        return String::new();
    }
    let (at, other) = (random.below(parts.len()), random.below(parts.len()));
    match random.below(6) {
        0 => drop(parts.remove(at)),
        1 => parts.swap(at, other),
        2 => parts.insert(at, parts[other]),
        3 => parts[at] = parts[other],
        4 if !words.is_empty() => parts.insert(at, words[random.below(words.len())]),
        5 if !words.is_empty() => parts[at] = words[random.below(words.len())],
        // A few in a row.
        _ => drop(parts.drain(at..parts.len().min(at + 1 + other % 8))),
    }
    parts.concat()
}

/// Ends in the middle, or loses a piece.
fn cut(text: &str, random: &mut Random) -> String {
    let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let start = places[random.below(places.len())];
    let end = if random.below(3) == 0 { text.len() } else { (start + random.below(64)).min(text.len()) };
    let end = places[places.partition_point(|place| *place < end)];
    text[..start].to_owned() + &text[end..]
}

/// Words, and what stands between them.
fn tokens(text: &str) -> Vec<&str> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '-' || c == '.';
    let mut tokens = vec![];
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = match is_word(first) {
            true => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
            false => first.len_utf8(),
        };
        let (token, behind) = rest.split_at(end);
        tokens.push(token);
        rest = behind;
    }
    tokens
}

/// The same lock with its packages in another order.
///
/// # Panics
/// If it is JSON that cannot be read.
pub fn reordered(format: Format, text: &str, random: &mut Random) -> String {
    match format {
        Format::Pipfile => {
            let value: Value = serde_json::from_str(text).expect("the lock is JSON");
            serde_json::to_string_pretty(&reordered_json(value, random)).expect("JSON can be written")
        }
        Format::Requirements => {
            let starts = |line: &str| !line.starts_with([' ', '#', '\n']);
            blocks(text, starts, |_| false, random)
        }
        Format::Uv | Format::Pylock | Format::Poetry | Format::Pdm => {
            let starts = |line: &str| matches!(line.trim_end(), "[[package]]" | "[[packages]]");
            // Tables of a package stay with it; others end the packages.
            let ends =
                |line: &str| line.starts_with('[') && !line.trim_start_matches('[').starts_with("package");
            blocks(text, starts, ends, random)
        }
    }
}

/// Shuffles what begins with a line that `starts`, up to a line that `ends`.
fn blocks(
    text: &str,
    starts: impl Fn(&str) -> bool,
    ends: impl Fn(&str) -> bool,
    random: &mut Random,
) -> String {
    let (mut head, mut blocks, mut tail) = (String::new(), Vec::<String>::new(), String::new());
    for line in text.split_inclusive('\n') {
        if tail.is_empty() && starts(line) {
            blocks.push(line.to_owned());
        } else if !tail.is_empty() || (!blocks.is_empty() && ends(line)) {
            tail.push_str(line);
        } else {
            blocks.last_mut().unwrap_or(&mut head).push_str(line);
        }
    }
    random.shuffle(&mut blocks);
    for block in &mut blocks {
        block.truncate(block.trim_end().len());
        block.push('\n');
    }
    head + &blocks.concat() + &tail
}

fn reordered_json(value: Value, random: &mut Random) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<(String, Value)> = map.into_iter().collect();
            random.shuffle(&mut entries);
            let entries = entries.into_iter().map(|(key, value)| (key, reordered_json(value, random)));
            Value::Object(entries.collect::<Map<String, Value>>())
        }
        other => other,
    }
}

//! Text in columns, for people.

/// Rows as lines; each column as wide as its widest cell, three spaces between columns, none at the end of a line.
pub(super) fn columns(rows: &[Vec<String>]) -> String {
    let count = rows.iter().map(Vec::len).max().unwrap_or_default();
    let length = |cell: &String| cell.chars().count();
    let width =
        |column: usize| rows.iter().filter_map(|row| row.get(column)).map(length).max().unwrap_or_default();
    let widths: Vec<usize> = (0..count).map(width).collect();
    let mut out = String::new();
    for row in rows {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        let line = cells.collect::<Vec<String>>().join("   ");
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_those_of_the_widest() {
        let row = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<String>>();
        let text = columns(&[row(&["NAME", "ABOUT"]), row(&["añb", ""]), row(&["longer", "x"])]);
        assert_eq!(text, "NAME     ABOUT\nañb\nlonger   x\n");
        assert_eq!(columns(&[]), "");
    }
}

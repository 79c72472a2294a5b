//! Text on a screen of so many columns: how wide it is, where to cut and where to break it. In flows
//! sanitised text, out flows text that fits; a word is never broken, so that paths and links can be copied.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// How many columns the text takes on a terminal.
pub(super) fn width(text: &str) -> usize {
    text.width()
}

/// The start of the text, at most `columns` wide, with `…` in place of what is cut.
pub(super) fn cut_end(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut kept = take(text.chars(), columns.saturating_sub(1));
    kept.push('…');
    kept
}

/// The end of the text, at most `columns` wide, with `…` in place of what is cut.
pub(super) fn cut_start(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let kept: String = take(text.chars().rev(), columns.saturating_sub(1)).chars().rev().collect();
    format!("…{}", kept.trim_start_matches(|c: char| c.width() == Some(0)))
}

fn take(chars: impl Iterator<Item = char>, columns: usize) -> String {
    let mut left = columns;
    let fits = |c: &char| {
        let columns = c.width().unwrap_or(0);
        let fits = columns <= left;
        left = left.saturating_sub(columns);
        fits
    };
    chars.take_while(fits).collect()
}

/// The text in lines of at most `columns`; a longer word stands on a line of its own.
pub(crate) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|w| !w.is_empty()) {
        match lines.last_mut() {
            Some(line) if width(line) + 1 + width(word) <= columns => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_characters_count_twice() {
        assert_eq!(cut_end("世界世界", 5), "世界…");
        assert_eq!(cut_start("世界世界", 6), "…世界");
        assert_eq!(cut_end("short", 5), "short");
    }

    #[test]
    fn a_combining_mark_is_not_left_alone() {
        assert_eq!(cut_start("ae\u{301}x", 2), "…x");
    }

    #[test]
    fn words_stay_whole() {
        assert_eq!(
            wrap("go to https://example.com/a/very/long/page now", 12),
            ["go to", "https://example.com/a/very/long/page", "now"]
        );
    }
}

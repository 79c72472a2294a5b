//! Escaping for XML, HTML and Markdown: text of the sources goes in, text that can be no markup comes out.
//! Hostile characters are written out first, see `sanitize.rs`.

use std::fmt::Write as _;

use super::sanitize;

/// Text for XML and HTML, in elements and in quoted attributes.
pub(super) fn xml(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 8);
    for c in sanitize::line(text).chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            // Not allowed in XML 1.0, escaped or not.
            '\u{fffe}' | '\u{ffff}' => safe.push('\u{fffd}'),
            c => safe.push(c),
        }
    }
    safe
}

/// Text for Markdown outside code: every character that could mean something is a numeric entity, which no
/// Markdown reads as markup, mention or link.
pub(crate) fn markdown(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 8);
    for c in sanitize::line(text).chars() {
        match c {
            '&' | '<' | '>' | '"' | '\'' | '`' | '*' | '_' | '~' | '|' | '[' | ']' | '(' | ')' | '!'
            | '#' | '@' | '\\' | '$' | '{' | '}' => {
                let _ = write!(safe, "&#{};", u32::from(c));
            }
            c => safe.push(c),
        }
    }
    // A bare link would still be made into one.
    safe.replace("://", "&#58;//").replace("www.", "www&#46;")
}

/// Text in a fixed-width font, with the escapes of [`markdown`].
pub(super) fn code(text: &str) -> String {
    format!("<code>{}</code>", markdown(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_text() {
        assert_eq!(xml("<a b='c'>&\u{ffff}"), "&lt;a b=&#39;c&#39;&gt;&amp;\u{fffd}");
        assert_eq!(markdown("[x](http://y)|<b>"), "&#91;x&#93;&#40;http&#58;//y&#41;&#124;&#60;b&#62;");
    }
}

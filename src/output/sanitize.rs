//! What keeps scanned content from speaking to the terminal: file names, branch names, commit messages and
//! source lines go in, text without control characters comes out. It never changes a harmless character.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Whether a character could move the cursor, hide text or turn its direction: control characters (C0, DEL,
/// C1), line and paragraph separators, the bidirectional controls of Unicode Annex 9, invisible
/// zero-width marks and the tag block.
pub(crate) fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00ad}' | '\u{061c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// The text on one line, with every hostile character written out (`\x1b`, `\u{202e}`); a tab becomes a space, and
/// what a build server would take for a command (`##vso[`, `##[`, `##teamcity[`) loses its first character's hold.
pub fn line(text: &str) -> Cow<'_, str> {
    if text.match_indices("##").any(|(at, _)| is_command(&text[at + 2..])) {
        return Cow::Owned(without_hostile(&text.replace("##", "# #")).into_owned());
    }
    without_hostile(text)
}

/// Whether a build server would read a command after `##`: a name, which may be missing, and `[`.
fn is_command(rest: &str) -> bool {
    rest.trim_start_matches(|c: char| c.is_ascii_alphabetic()).starts_with('[')
}

fn without_hostile(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hostile) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\t' => safe.push(' '),
            '\n' => safe.push_str("\\n"),
            '\r' => safe.push_str("\\r"),
            _ if !is_hostile(c) => safe.push(c),
            _ if u32::from(c) < 0x100 => write_escape(&mut safe, format_args!("\\x{:02x}", u32::from(c))),
            _ => write_escape(&mut safe, format_args!("\\u{{{:x}}}", u32::from(c))),
        }
    }
    Cow::Owned(safe)
}

/// The text with its line ends kept and every other hostile character written out.
pub fn lines(text: &str) -> String {
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

fn write_escape(text: &mut String, escape: std::fmt::Arguments<'_>) {
    text.write_fmt(escape).expect("writing into a string cannot fail");
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn escapes_and_turned_text_are_written_out() {
        assert_eq!(line("a\x1b[31mb"), "a\\x1b[31mb");
        assert_eq!(line("x\u{202e}gpj.exe"), "x\\u{202e}gpj.exe");
        assert_eq!(line("a\tb\nc\u{9b}"), "a b\\nc\\x9b");
    }

    #[test]
    fn commands_of_build_servers_are_broken() {
        assert_eq!(line("x ##vso[task.setvariable]y"), "x # #vso[task.setvariable]y");
        assert_eq!(line("## Heading"), "## Heading");
    }

    #[test]
    fn letters_of_every_script_stay() {
        assert_eq!(line("Grüße, 世界, مرحبا 🔑"), "Grüße, 世界, مرحبا 🔑");
    }

    proptest! {
        #[test]
        fn nothing_hostile_comes_out(text in any::<String>()) {
            prop_assert!(!line(&text).contains(is_hostile));
        }
    }
}

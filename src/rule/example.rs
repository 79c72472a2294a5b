//! Example lines: templates with generated secrets, so that no file of the project looks like a leak.
//!
//! In flow lines such as `KEY=«sk-<hex:32>»`; out flow the bytes, and which of them must be reported.
//! The same template always gives the same text.
//!
//! A template part is `<class:n>`; `<same:x:n>` repeats one character, `<word>` in any other form stays as
//! it is. `<class:n>` inside one line gives new characters each time; `<=:k>` repeats the k-th part of the line.
//! `\n` and `\t` written as two characters stay so: TOML's own escapes make the real ones.

use std::ops::Range;

/// An example with its secrets filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// The line, without the marks.
    pub text: String,
    /// The byte ranges that stood between `«` and `»`.
    pub marked: Vec<Range<usize>>,
}

const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const LOWER: &str = "abcdefghijklmnopqrstuvwxyz";
const DIGITS: &str = "0123456789";

/// The characters of a class, or `None` if there is no such class.
fn alphabet(class: &str) -> Option<String> {
    Some(match class {
        "hex" => "0123456789abcdef".to_owned(),
        "HEX" => "0123456789ABCDEF".to_owned(),
        "dig" => DIGITS.to_owned(),
        "low" => LOWER.to_owned(),
        "up" => UPPER.to_owned(),
        "alpha" => [LOWER, UPPER].concat(),
        "alnum" => [DIGITS, LOWER, UPPER].concat(),
        "low36" => [DIGITS, LOWER].concat(),
        "up36" => [DIGITS, UPPER].concat(),
        "b32" => [LOWER, "234567"].concat(),
        "B32" => [UPPER, "234567"].concat(),
        "b58" => [&DIGITS[1..], &LOWER.replace('l', ""), &UPPER.replace(['I', 'O'], "")].concat(),
        "b64" => [DIGITS, LOWER, UPPER, "+/"].concat(),
        "b64url" => [DIGITS, LOWER, UPPER, "-_"].concat(),
        "word" => [DIGITS, LOWER, UPPER, "_"].concat(),
        "pass" => [DIGITS, LOWER, UPPER, "!#%+*@"].concat(),
        _ => return None,
    })
}

/// A small generator with a fixed seed (xorshift64*; Vigna, "An experimental exploration of
/// Marsaglia's xorshift generators, scrambled", 2016). Good enough to look random, nothing more.
struct Dice(u64);

impl Dice {
    fn seeded(text: &str) -> Self {
        // FNV-1a over the template, so that two templates do not share their secrets.
        let hash = text
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325, |h: u64, b| (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01b3));
        Self(hash | 1)
    }

    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        ((self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize) % limit
    }
}

/// Fills in one template.
///
/// # Errors
/// A mark without its partner, or a class with a number that does not exist, in words.
pub fn expand(template: &str) -> Result<Example, String> {
    let mut dice = Dice::seeded(template);
    let mut example = Example { text: String::new(), marked: Vec::new() };
    let mut parts: Vec<String> = Vec::new();
    let mut open = None;
    let mut rest = template;
    while let Some(c) = rest.chars().next() {
        let part = (c == '<').then(|| part(rest, &parts, &mut dice)).flatten();
        if let Some((text, length)) = part {
            example.text.push_str(&text);
            parts.push(text);
            rest = &rest[length..];
            continue;
        }
        match c {
            '«' if open.is_none() => open = Some(example.text.len()),
            '»' => {
                let from = open.take().ok_or("a » without its «")?;
                example.marked.push(from..example.text.len());
            }
            '«' => return Err("a « inside another".to_owned()),
            _ => example.text.push(c),
        }
        rest = &rest[c.len_utf8()..];
    }
    if open.is_some() {
        return Err("a « without its »".to_owned());
    }
    Ok(example)
}

/// The text for the part at the start of `rest` and how long the part is, if it is one.
fn part(rest: &str, parts: &[String], dice: &mut Dice) -> Option<(String, usize)> {
    let end = rest.find('>')?;
    let inside = &rest[1..end];
    let fields: Vec<&str> = inside.split(':').collect();
    let text = match fields[..] {
        ["same", c, n] => c.repeat(n.parse().ok()?),
        ["=", k] => parts.get(k.parse::<usize>().ok()?.checked_sub(1)?)?.clone(),
        ["uuid"] => uuid(dice),
        ["b64of", text] => base64_of(text),
        [class, n] => {
            let letters: Vec<char> = alphabet(class)?.chars().collect();
            (0..n.parse::<usize>().ok()?).map(|_| letters[dice.below(letters.len())]).collect()
        }
        _ => return None,
    };
    Some((text, end + 1))
}

fn base64_of(text: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(text)
}

/// A random UUID of version 4 (RFC 9562).
fn uuid(dice: &mut Dice) -> String {
    let mut hex: Vec<char> = (0..32).map(|_| char::from(b"0123456789abcdef"[dice.below(16)])).collect();
    hex[12] = '4';
    hex[16] = ['8', '9', 'a', 'b'][dice.below(4)];
    let group = |r: Range<usize>| hex[r].iter().collect::<String>();
    [group(0..8), group(8..12), group(12..16), group(16..20), group(20..32)].join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_template_gives_the_same_text() {
        let a = expand("KEY=«sk-<hex:32>»").unwrap();
        assert_eq!(a, expand("KEY=«sk-<hex:32>»").unwrap());
        assert_eq!(a.text.len(), 4 + 3 + 32);
        assert_eq!(a.marked, vec![4..39]);
    }

    #[test]
    fn what_is_no_class_stays() {
        assert_eq!(expand("sk-<your-key>").unwrap().text, "sk-<your-key>");
        assert_eq!(expand("<same:x:3>").unwrap().text, "xxx");
    }

    #[test]
    fn a_lost_mark_is_an_error() {
        assert!(expand("«abc").is_err());
        assert!(expand("abc»").is_err());
    }

    #[test]
    fn a_part_can_be_repeated() {
        let text = expand("<hex:8> <=:1>").unwrap().text;
        assert_eq!(text[..8], text[9..]);
    }
}

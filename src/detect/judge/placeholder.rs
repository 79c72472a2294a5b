//! Is the value made up to show where a secret goes? `sk-xxxx`, `your-key-here`, `0123456789`.

use super::{Verdict, double, login};
use crate::detect::Candidate;
use crate::detect::bytes::{contains, position};
use crate::detect::lexicon::{FileKind, Kind, chance, words};
use crate::finding::Reason;
use crate::rule::Confidence;

/// Rejects masks, runs, examples and dummies.
pub(super) fn judge(c: &mut Candidate<'_>) -> Verdict {
    if c.proven {
        return Verdict::Pass;
    }
    let text = c.secret();
    let vouched = vouched(c);
    if masked(text, c.kind().is_some()) && !(vouched && lined(text)) || typed(text) {
        return Verdict::Reject("is a mask".into());
    }
    let counts = counts(text) || c.kind().is_some() && parted(text);
    let chosen = || chosen_here(c) && (halves(text) || demanded(text)) || numbered(text) && !shown_here(c);
    if counts && (!vouched || c.scene.is_test()) && !chosen() {
        return Verdict::Reject(COUNTS.into());
    }
    // A row of letters twice, as `1234…abcdef1234…abcdef`, is a row to what vouches for the value.
    let twice = text.len() >= 8 && text.iter().all(u8::is_ascii_lowercase) && repeats(text, text.len() / 2);
    if twice
        || text.len() >= 12
            && (repeats(text, if vouched { 8 } else { 16 }) || !vouched && ends_in_pairs(text))
    {
        return Verdict::Reject("repeats itself".into());
    }
    let mut words = examples(text).peekable();
    let row = words.peek().is_some();
    if let Some(word) = words.find(|word| !vouched || !is_row(word)) {
        return Verdict::Reject(format!("holds the word '{word}'"));
    }
    if c.kind().is_some() && (double::spelt_out(text) || c.scene.is_test() && of_rows(text)) {
        return Verdict::Reject("spells out that it is to be changed, or is made of short rows".into());
    }
    if !vouched && longest_row(text) >= TYPED {
        return Verdict::Reject("holds a long row of letters or digits".into());
    }
    if counts || row {
        c.confidence = c.confidence.min(Confidence::Medium);
        c.reasons.push(Reason { judge: "placeholder", text: MADE_UP.into() });
    }
    if c.kind().is_some()
        && (interleaved(text) || interleaved(last_part(text)))
        && !(chosen_here(c) && walks(text))
    {
        return Verdict::Reject("counts up the letters and the digits in turn".into());
    }
    if c.kind().is_some() {
        if before_a_part_to_fill_in(&c.view.bytes[c.span.end..]) {
            return Verdict::Reject("goes on with a part to be filled in".into());
        }
        return dummy(c);
    }
    Verdict::Pass
}

/// How many letters or digits in a row are typed, not drawn: ten by chance stand in one of 10^12 tokens of 40 characters.
const TYPED: usize = 10;

/// What is said of `abcdef…` and `123456…`.
const COUNTS: &str = "counts up the alphabet or the digits";

/// The same of what is reported nevertheless.
const MADE_UP: &str = "counts up as made-up keys do, but has the whole shape of a real one";

/// Whether the rule knows the value by the shape of its kind and its own prefix or service, and no judge has found
/// anything missing. People who make up such a value write words into it, which tell it; those who type a row of
/// letters instead are so few that the row alone is no reason to keep silent (measured on 72,000 files of ordinary
/// code: one false alarm more). A bare `sk-` is what everybody begins an example with: there it is one.
fn vouched(c: &Candidate<'_>) -> bool {
    let bare = matches!(&*c.rule.anchors, [anchor] if anchor == "sk-");
    c.kind().is_none() && c.rule.rank() >= 2 && c.confidence >= c.rule.confidence && !bare
}

/// Whether a word that only examples hold is a row of digits or letters.
fn is_row(word: &str) -> bool {
    in_order(word.as_bytes()) == word.len()
}

/// Whether `rest` begins with a part such as `<your-key>` or `<hex:32>`, which no element of HTML looks
/// like: what stands before it is only the beginning of a template.
fn before_a_part_to_fill_in(rest: &[u8]) -> bool {
    let Some(inside) = rest.strip_prefix(b"<") else { return false };
    let name = inside.iter().take_while(|b| b.is_ascii_alphanumeric()).count();
    name > 0 && inside.get(name).is_some_and(|b| matches!(b, b':' | b'-' | b'_'))
}

/// Values of generic names: as a whole or in all their parts words that stand for a secret.
fn dummy(c: &Candidate<'_>) -> Verdict {
    let text = c.secret();
    // What opens a server on one's own machine is the same word everywhere.
    let store = c.scene.file() == FileKind::Store && c.kind() == Some(Kind::Password) && !login::at_home(c);
    if !store && words::holds(words::DUMMY, text) {
        return Verdict::Reject("is a word that stands for a secret".into());
    }
    if !store && stands_for_itself(text) {
        return Verdict::Reject("is a word for a secret".into());
    }
    if double::both(text) {
        return Verdict::Reject("says secret and password".into());
    }
    let mut parts = text.split(|b| !b.is_ascii_alphanumeric()).filter(|p| !p.is_empty()).peekable();
    let first = parts.peek().copied().unwrap_or_default();
    let number = |p: &[u8]| p.iter().all(u8::is_ascii_digit);
    // `Password_2`, `Password-123` stand for one; `Passw0rd#3619` is what people make of it for themselves.
    let own = chosen_here(c);
    let added = |p: &[u8]| p.len() < 5 && !(own && p.len() >= 3 && !row(p));
    let known = |p: &[u8]| {
        let word = p.len() - p.iter().rev().take_while(|b| b.is_ascii_digit()).count();
        [words::PLACEHOLDER, words::DUMMY, words::PASSWORD, words::SECRET, words::TOKEN, words::KEY]
            .iter()
            .any(|list| words::holds(list, &p[..word]))
    };
    let shown = text.split(|b| !b.is_ascii_alphanumeric()).any(|p| words::holds(words::PLACEHOLDER, p));
    if shown && chance::bits(text) < 8.0 {
        return Verdict::Reject("holds a word that only shows where a secret goes".into());
    }
    let chosen = c.kind() == Some(Kind::Password) && (with_a_year(text) || numbered(text) && !shown_here(c));
    if !store
        && !chosen
        && !number(first)
        && first.len() < text.len()
        && parts.all(|p| number(p) && added(p) || known(p))
    {
        return Verdict::Reject("is made of words that stand for a secret".into());
    }
    Verdict::Pass
}

/// Whether a value is one of the words that credentials are called by, or such a word and a small number: `passphrase`.
fn stands_for_itself(text: &[u8]) -> bool {
    let digits = text.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    let word = &text[..text.len() - digits];
    let lists = [words::PASSWORD, words::SECRET, words::TOKEN, words::KEY];
    digits <= 2 && word.len() >= 6 && lists.iter().any(|list| words::holds(list, word))
}

/// Whether a value that people choose stands where they write down their own: for a password, in a file that is read by
/// programs.
fn chosen_here(c: &Candidate<'_>) -> bool {
    let read =
        matches!(c.scene.file(), FileKind::Config | FileKind::Store | FileKind::Script | FileKind::Other);
    c.kind() == Some(Kind::Password) && (read || c.scene.is_settings()) && !c.scene.is_test()
}

/// Whether values only show what goes there, as in tests and documentation.
fn shown_here(c: &Candidate<'_>) -> bool {
    c.kind() != Some(Kind::Password) || c.scene.is_test() || c.scene.file() == FileKind::Docs
}

/// Digits that say nothing: `123`, `321`, `000`.
pub(super) fn row(digits: &[u8]) -> bool {
    digits.windows(2).all(|w| follows(w[0], w[1])) || digits.windows(2).all(|w| w[0] == w[1])
}

/// Letters and digits in a row with a sign between them, as people choose where both are asked for: `qwer@1234`.
fn halves(text: &[u8]) -> bool {
    let mut parts = text.split(|b| b.is_ascii_punctuation());
    let pair = (parts.next(), parts.next(), parts.next());
    let (Some(word), Some(number), None) = pair else { return false };
    word.len() >= 4
        && word.iter().all(u8::is_ascii_alphabetic)
        && number.len() >= 3
        && number.iter().all(u8::is_ascii_digit)
}

/// Whether a value has capitals, small letters, digits and signs, as people put rows of keys together where all of them
/// are asked for: `Zxcv@12345)`.
fn demanded(text: &[u8]) -> bool {
    let any = |test: fn(&u8) -> bool| text.iter().any(test);
    text.len() >= 10
        && any(u8::is_ascii_uppercase)
        && any(u8::is_ascii_lowercase)
        && any(u8::is_ascii_digit)
        && any(u8::is_ascii_punctuation)
}

/// Whether the fingers walk over the keyboard from column to column, as many do for a password: `1q2w3e4r5t`.
fn walks(text: &[u8]) -> bool {
    let letters: Vec<u8> =
        text.iter().filter(|b| b.is_ascii_alphabetic()).map(u8::to_ascii_lowercase).collect();
    let beside = |w: &[u8]| {
        [&b"qwertyuiop"[..], b"asdfghjkl", b"zxcvbnm"].iter().any(|r| r.windows(2).any(|k| k == w))
    };
    text.len() >= 8 && letters.len() >= 4 && letters.windows(2).all(beside)
}

/// Whether a value is a word, a year and a sign, as people make up a password when one of each is asked for
/// (`Welcome2024!`), and the word is none that only shows where a password goes.
fn with_a_year(text: &[u8]) -> bool {
    let end = text.iter().rposition(u8::is_ascii_alphanumeric).map_or(0, |last| last + 1);
    let (stem, signs) = text.split_at(end);
    let Some((word, year)) = stem.split_last_chunk::<4>() else { return false };
    let shown = [words::PLACEHOLDER, words::PASSWORD, words::SECRET, words::TOKEN, words::KEY];
    (1..=3).contains(&signs.len())
        && signs.iter().all(u8::is_ascii_punctuation)
        && matches!(year, [b'1', b'9', ..] | [b'2', b'0', ..])
        && year.iter().all(u8::is_ascii_digit)
        && word.len() >= 4
        && word.iter().all(u8::is_ascii_alphabetic)
        && !shown.iter().any(|list| words::holds(list, word))
}

/// Whether a value is a word, two digits or more, and a sign, as people choose where each is asked for (`Dragon47!`), and
/// the word is none that only shows where a password goes.
fn numbered(text: &[u8]) -> bool {
    let end = text.iter().rposition(u8::is_ascii_alphanumeric).map_or(0, |last| last + 1);
    let (stem, signs) = text.split_at(end);
    let digits = stem.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    let (word, number) = stem.split_at(stem.len() - digits);
    let shown = [words::PLACEHOLDER, words::PASSWORD, words::SECRET, words::TOKEN, words::KEY];
    (1..=3).contains(&signs.len())
        && signs.iter().all(u8::is_ascii_punctuation)
        && (2..=4).contains(&digits)
        && (digits == 2 || number.windows(2).any(|w| w[0] != w[1]))
        && word.len() >= 4
        && word[0].is_ascii_uppercase()
        && word.iter().all(u8::is_ascii_alphanumeric)
        && !shown.iter().any(|list| words::holds(list, word))
}

/// Mostly one character, or a run of mask characters. A value without a shape of its own is masked by a
/// run of any character.
fn masked(text: &[u8], any: bool) -> bool {
    let mut counts = [0usize; 256];
    text.iter().for_each(|&b| counts[usize::from(b)] += 1);
    let most = counts.iter().max().copied().unwrap_or(0);
    let kinds = counts.iter().filter(|n| **n > 0).count();
    let mut longest = 0;
    let mut run = 0;
    for pair in text.windows(2) {
        let counts = any || matches!(pair[0], b'x' | b'X' | b'*' | b'#' | b'.' | b'-' | b'_' | b'0');
        run = if pair[0] == pair[1] && counts { run + 1 } else { 0 };
        longest = longest.max(run + 1);
    }
    let marks = |parts: &[&[u8]]| parts.iter().any(|part| contains(text, part));
    // Some end a password with these; what a mask leaves is less.
    let asks = position(text, b"????").is_some_and(|at| !(at >= 8 && demanded(text)));
    text.len() < 8 && text.last() == Some(&b'*')
        || most * 10 >= text.len() * 6
        || longest >= 7
        || text.len() >= 24 && kinds <= 5
        || text.len() >= 6 && kinds <= 2
        || asks
        || marks(&[b"...", b"***", "…".as_bytes(), "•••".as_bytes(), b"xxxx", b"XXXX", b"____", b"----"])
}

/// Whether a long value that is drawn otherwise holds one short line, as base64 for URLs does where bytes follow each other
/// whose bits are all set: `…_____w…`. Keys of Heroku have been seen with it.
fn lined(text: &[u8]) -> bool {
    let bare: Vec<u8> = text.iter().copied().filter(|b| !matches!(b, b'_' | b'-')).collect();
    bare.len() >= 48 && text.len() - bare.len() <= 10 && !masked(&bare, true) && chance::bits(&bare) > 20.0
}

/// Whether a key was held down three times or more, and most of the value is that: `5555555dAAAAA7777777…`.
fn typed(text: &[u8]) -> bool {
    let held = || text.chunk_by(|a, b| a == b).map(<[u8]>::len).filter(|run| *run >= 4);
    held().count() >= 3 && held().sum::<usize>() * 5 >= text.len() * 3
}

/// Whether `b` stands next to `a` in the alphabet, the digits, or a row of the keyboard.
fn follows(a: u8, b: u8) -> bool {
    const ROWS: &[u8] = b"qwertyuiop asdfghjkl zxcvbnm 1234567890 0987654321";
    let (a, b) = (a.to_ascii_lowercase(), b.to_ascii_lowercase());
    let step = i16::from(b) - i16::from(a);
    a.is_ascii_alphanumeric() && b.is_ascii_alphanumeric() && (step == 1 || step == -1)
        || a != b' ' && ROWS.windows(2).any(|w| w == [a, b])
}

/// What stands behind the words that open a value: `a1B2c3D4` of `acme_secret_a1B2c3D4`.
fn last_part(text: &[u8]) -> &[u8] {
    let from = text.iter().rposition(|b| matches!(b, b'_' | b'-' | b'.')).map_or(0, |at| at + 1);
    if text.len() - from >= 16 { &text[from..] } else { text }
}

/// Whether the letters by themselves and the digits by themselves go on in order, as in `A1B2C3D4` and `q1w2e3r4`.
fn interleaved(text: &[u8]) -> bool {
    let ordered = |wanted: fn(&u8) -> bool| {
        let all: Vec<u8> = text.iter().copied().filter(wanted).collect();
        let steps = all.windows(2).filter(|w| follows(w[0], w[1])).count();
        all.len() >= 3 && steps * 10 >= (all.len() - 1) * 7
    };
    let changes = chance::changes(text);
    text.len() >= 6
        && changes * 2 >= text.len()
        && ordered(u8::is_ascii_alphabetic)
        && ordered(u8::is_ascii_digit)
}

/// Whether most of a value goes up or down the alphabet, the digits, or a row of the keyboard.
pub(super) fn counts(text: &[u8]) -> bool {
    text.len() >= 8 && (in_order(text) * 10 >= text.len() * 6 || in_pairs(text))
}

/// Whether each character stands twice, and what is left without its double counts: `aabbccddeeff`.
fn in_pairs(text: &[u8]) -> bool {
    let twice = text.len() >= 12 && text.chunks(2).all(|pair| pair.len() == 1 || pair[0] == pair[1]);
    let single = || text.iter().step_by(2).copied().collect::<Vec<u8>>();
    twice && single().windows(2).filter(|w| follows(w[0], w[1])).count() * 20 >= text.len() * 7
}

/// How many characters follow, or are followed by, their neighbour in the alphabet, the digits, or a row of
/// the keyboard, in runs of four or more.
fn in_order(text: &[u8]) -> usize {
    rows(text).filter(|run| *run >= 4).sum()
}

/// How many characters the longest such run has.
fn longest_row(text: &[u8]) -> usize {
    rows(text).max().unwrap_or(0)
}

/// Whether a value is short rows one after the other, as tests make up: `123xyz`.
fn of_rows(text: &[u8]) -> bool {
    let (mut count, mut sum) = (0, 0);
    for run in rows(text).filter(|run| *run >= 3) {
        (count, sum) = (count + 1, sum + run);
    }
    (6..=16).contains(&text.len()) && count >= 2 && sum * 10 >= text.len() * 7
}

/// The lengths of the runs in which each character follows, or is followed by, the one before.
fn rows(text: &[u8]) -> impl Iterator<Item = usize> {
    let mut from = 0;
    (1..=text.len()).filter_map(move |n| {
        if n < text.len() && follows(text[n - 1], text[n]) {
            return None;
        }
        let run = n - from;
        from = n;
        Some(run)
    })
}

/// A short piece over and over, of `most` bytes at most: `deadbeefdeadbeef`, `abcabcabcabc`.
pub(super) fn repeats(text: &[u8], most: usize) -> bool {
    (1..=most).any(|n| text.len() >= n * 2 && text[n..].iter().zip(text).filter(|(a, b)| a != b).count() == 0)
}

/// Whether the last part of a UUID or of a longer value is one pair over and over: `…-1a1a1a1a1a1a`.
fn ends_in_pairs(text: &[u8]) -> bool {
    let from = text.iter().rposition(|b| *b == b'-').map_or(text.len(), |at| at + 1);
    text.len() - from >= 12 && repeats(&text[from..], 2)
}

/// Whether a short value counts up once its signs are left out: `aBc-DeF1`.
fn parted(text: &[u8]) -> bool {
    let bare: Vec<u8> = text.iter().copied().filter(u8::is_ascii_alphanumeric).collect();
    text.len() <= 16 && bare.len() >= 7 && bare.len() < text.len() && in_order(&bare) * 10 >= bare.len() * 7
}

/// The words in `text` that no secret holds by chance.
fn examples(text: &[u8]) -> impl Iterator<Item = &'static str> {
    words::inside(words::EXAMPLE_PART, text.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_in_pairs_count() {
        assert!(counts(b"aabbccddeeffgg") && counts(b"1122334455667") && !counts(b"aabb77xxqq0011"));
    }

    #[test]
    fn a_word_with_a_year_and_a_sign_is_chosen_not_shown() {
        for text in ["Welcome2024!", "Dragon1992#", "admin2019!!"] {
            assert!(with_a_year(text.as_bytes()), "{text}");
        }
        for text in ["Password2024!", "Test2024!", "Welcome2024", "welcome1!", "Welcome3024!", "2024!"] {
            assert!(!with_a_year(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn a_word_with_digits_and_a_sign_is_chosen_not_shown() {
        for text in ["Dragon47!", "S3cret72$", "Qwerty05#", "Monkey123!", "Monkey77!"] {
            assert!(numbered(text.as_bytes()), "{text}");
        }
        for text in ["Password47!", "dragon47!", "Dragon4!", "Dragon47", "Dragon111!", "47!", "Token12!"] {
            assert!(!numbered(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn masks_and_runs_are_seen() {
        for text in
            ["xxxxxxxxxxxxxxxx", "sk-proj-****************", "ab....cd", "aaaaaaaaaaaaaaab", "42424242"]
        {
            assert!(masked(text.as_bytes(), true), "{text}");
        }
        for text in ["abcdefghijklmnopqrstuvwxyz1234567890", "qwertyuiop123456", "1234567890abcdef"] {
            assert!(in_order(text.as_bytes()) * 10 >= text.len() * 6, "{text}");
        }
        assert!(masked(b"abcd????", true) && !masked(b"1qay@WXS????", true));
        assert!(repeats(b"deadbeefdeadbeef", 8) && repeats(b"0123456789".repeat(4).as_slice(), 16));
        assert_eq!(
            (longest_row(b"Kx9-klmnopqrstu-7f"), longest_row(b"9f3c21"), longest_row(b"")),
            (11, 2, 0)
        );
    }

    #[test]
    fn a_word_for_a_secret_stands_for_one() {
        assert!(stands_for_itself(b"passphrase") && stands_for_itself(b"password2"));
        assert!(!stands_for_itself(b"Passw0rd4711") && !stands_for_itself(b"hunter2"));
    }

    #[test]
    fn letters_and_digits_in_turn_are_seen() {
        for text in ["A1B2C3D4E5F6G7H8I9J0", "a1b2c3d4", "q1w2e3", "q1w2e3r4t5", "1a2b3c4d5e6f"] {
            assert!(interleaved(text.as_bytes()), "{text}");
        }
        assert_eq!(last_part(b"acme_secret_A1B2C3D4E5F6G7H8"), b"A1B2C3D4E5F6G7H8");
        assert_eq!(last_part(b"short_A1B2"), b"short_A1B2");
        for n in ["<hex:32>", "<alnum:40>", "<low36:12>", "<low36:6>"] {
            let text = crate::rule::example::expand(n).unwrap().text;
            assert!(!interleaved(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn a_walk_over_the_keyboard_is_told_from_the_alphabet() {
        assert!(demanded(b"Zxcvbnm@12345)") && !demanded(b"Abcdefgh1234") && !demanded(b"Abcd123!"));
        assert!(halves(b"qwer@1234") && !halves(b"qwertyuiop123456") && !halves(b"ab-cd-1234"));
        assert!(walks(b"1q2w3e4r5t6Y") && walks(b"q1w2e3r4T5!"));
        assert!(!walks(b"A1B2C3D4E5F6") && !walks(b"q1w2e3") && !walks(b"1a2b3c4d5e6f"));
    }

    #[test]
    fn digits_in_a_row_say_nothing() {
        assert!(row(b"123") && row(b"4321") && row(b"000") && !row(b"3619") && !row(b"2512"));
    }

    #[test]
    fn a_line_in_a_long_value_is_no_mask() {
        let text = |template: &str| crate::rule::example::expand(template).unwrap().text.into_bytes();
        assert!(lined(&text("HRKU-AA<alnum:40>_____w<alnum:12>")));
        assert!(!lined(&text("HRKU-AA<same:x:40>_____w<alnum:12>")) && !lined(&text("key_____<alnum:20>")));
        assert!(
            typed(b"5555dAAAA7aaaaaa") && !typed(b"key-AAAAAAAA-BBBBBBBB") && !typed(&text("<alnum:60>"))
        );
    }

    #[test]
    fn chance_is_no_run() {
        for n in ["<hex:32>", "<alnum:40>", "<b64url:86>"] {
            let text = crate::rule::example::expand(n).unwrap().text;
            assert!(!masked(text.as_bytes(), true) && !repeats(text.as_bytes(), 16));
            assert!(in_order(text.as_bytes()) * 10 < text.len() * 3);
            assert_eq!(examples(text.as_bytes()).next(), None);
        }
    }
}

//! Chance or words: does the value look drawn at random, as a token must, or chosen, as a password may?
//!
//! What is asked depends on the name, on the kind of the file, and on how the value is given.

use super::phrase::{phrase, signs, spoken};
use super::{Verdict, double, login, placeholder};
use crate::detect::Candidate;
use crate::detect::assign::Form;
use crate::detect::lexicon::{FileKind, Kind, chance};
use crate::rule::Syntax;

/// What is said of a password that someone chose.
const CHOSEN: &str = "words with digits or signs, as people choose passwords";

/// The same of a plain word.
const OPENS: &str = "a plain word, but it is given with whom or what it is for";

/// Rejects what reads like words where a secret would not.
pub(super) fn judge(c: &mut Candidate<'_>) -> Verdict {
    if c.proven {
        return Verdict::Pass;
    }
    match c.kind() {
        None => shaped(c),
        // What people make up to sign with is judged as they make it.
        Some(Kind::Token) => match token(c) {
            Verdict::Reject(_) if made_up(c) => password(c),
            verdict => verdict,
        },
        Some(Kind::Password) => password(c),
    }
}

/// A pattern gave the shape: its free part must not read like words. A row of letters, which `placeholder` has judged,
/// reads like some.
fn shaped(c: &Candidate<'_>) -> Verdict {
    let text = c.secret();
    let body = body(c, text);
    let drawn = |part: &[u8]| {
        let digit = part.iter().any(u8::is_ascii_digit);
        part.len() >= if digit { 7 } else { 12 } && chance::bits(part) > 0.0 || chance::changes(part) >= 4
    };
    let random = body.split(|b| !b.is_ascii_alphanumeric()).any(drawn);
    let written = body.len() >= 8 && body.iter().all(u8::is_ascii_graphic);
    if written && !random && !placeholder::counts(body) && chance::bits(body) < -0.25 * body.len() as f64 {
        return Verdict::Reject("reads like words, not like chance".into());
    }
    Verdict::Pass
}

/// The secret without the fixed part its rule announces.
fn body<'t>(c: &Candidate<'_>, text: &'t [u8]) -> &'t [u8] {
    let fixed = c.rule.anchors.iter().filter(|a| text.starts_with(a.as_bytes())).map(|a| a.len()).max();
    &text[fixed.unwrap_or(0)..]
}

fn token(c: &mut Candidate<'_>) -> Verdict {
    let text = c.secret();
    let uuid = text.len() == 36 && text[8] == b'-';
    let bits =
        if uuid { hex_bits(text) } else { chance::bits(text).max(best_part(text)).max(hex_tail(text)) };
    let bits = bits.max(between_signs(text));
    if text.len() <= 40 && shared(c) {
        return password(c);
    }
    let clear = c.said.as_ref().is_some_and(|n| n.clear);
    let mixed = text.iter().any(u8::is_ascii_digit) && text.iter().any(u8::is_ascii_alphabetic);
    let unknown_key =
        !clear && c.said.as_ref().is_some_and(|n| c.name()[n.word.clone()].eq_ignore_ascii_case(b"key"));
    let least = match (clear, c.form.is_literal()) {
        (true, true) => 8,
        (true, false) => 10,
        (false, _) if unknown_key => 24,
        (false, _) => 16,
    };
    if text.len() < least {
        return Verdict::Reject(format!("is shorter than {least} characters"));
    }
    if slug(text) {
        return Verdict::Reject("is a name of several words".into());
    }
    if questioned(text) {
        return Verdict::Reject(
            "holds a question mark and no other sign, as nothing drawn by chance does".into(),
        );
    }
    if !text.iter().any(u8::is_ascii_alphabetic) {
        return Verdict::Reject("is a number".into());
    }
    let wanted: f64 = if clear { 6.0 } else { 14.0 } + if mixed { 0.0 } else { 6.0 };
    let wanted = if uuid { wanted } else { wanted.max(0.4 * text.len().min(64) as f64) };
    if bits < wanted {
        return Verdict::Reject("reads like words, not like chance".into());
    }
    Verdict::Pass
}

/// Whether letters and digits are parted by one question mark: a path with a query, a pattern, or a text in which a
/// character could not be read. An alphabet that has the question mark has other signs, and a long token some of them.
fn questioned(text: &[u8]) -> bool {
    let sign = |b: &&u8| !b.is_ascii_alphanumeric() && !matches!(b, b'-' | b'_');
    text.len() >= 20 && text.iter().filter(sign).eq([&b'?'])
}

/// Whether a value is what a program signs with and a person chose, as a phrase or a word with digits.
fn made_up(c: &Candidate<'_>) -> bool {
    let text = c.secret();
    let any = |test: fn(&u8) -> bool| text.iter().any(test);
    let chosen = text.len() >= 12
        && any(u8::is_ascii_digit)
        && any(u8::is_ascii_alphabetic)
        && text.iter().all(u8::is_ascii_graphic)
        && !slug(text);
    signs(c) && (chosen || phrase(c) || spoken(c))
}

/// Whether a secret is what two machines share and a person chose: the bare `secret` of a server's own configuration, as
/// those for telephones, networks and logins have it (`secret = …` in `sip.conf`).
fn shared(c: &Candidate<'_>) -> bool {
    let text = c.secret();
    let end = c.path().rsplit_once('.').map_or("", |(_, end)| end);
    let any = |test: fn(&u8) -> bool| text.iter().any(test);
    let weak = double::weak(text).is_some_and(|word| word != "welcome");
    c.name().eq_ignore_ascii_case(b"secret")
        && (end.eq_ignore_ascii_case("conf") || end.eq_ignore_ascii_case("cfg"))
        && text.len() >= 8
        && any(u8::is_ascii_digit)
        && any(u8::is_ascii_alphabetic)
        && text.iter().all(u8::is_ascii_graphic)
        && !weak
        && !slug(text)
}

/// The bits of the longest part of a token, where it makes up most of it: what stands before it, as in
/// `live_3f0c…`, is a word and says nothing against the rest.
fn best_part(text: &[u8]) -> f64 {
    let parts = text.split(|b| matches!(b, b'_' | b'-' | b':' | b'.'));
    let Some(longest) = parts.max_by_key(|part| part.len()) else { return f64::MIN };
    let rest = text.len() - longest.len();
    if longest.len() >= 24 && rest <= 12 && rest > 0 { chance::bits(longest) } else { f64::MIN }
}

/// The bits of the hexadecimal digits that make up most of a token, behind a few other characters: `SKa6126fac…`,
/// but not of a number written in them.
fn hex_tail(text: &[u8]) -> f64 {
    let hex = |b: &&u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
    let (lead, tail) = text.split_at(text.len() - text.iter().rev().take_while(hex).count());
    if tail.len() >= 16 && lead.len() <= 6 && lead != b"0x" { chance::bits(tail) } else { f64::MIN }
}

/// The bits of letters and digits that are drawn together with signs which no name has between its words: `k!9x+Q…`.
fn between_signs(text: &[u8]) -> f64 {
    let rare = |b: &u8| b"!#$%^&*+~?;".contains(b);
    let digits = text.iter().filter(|b| b.is_ascii_digit()).count();
    let signs = text.iter().filter(|b| rare(b)).count();
    let cased = text.iter().any(u8::is_ascii_uppercase) && text.iter().any(u8::is_ascii_lowercase);
    if signs < 2 || digits < 2 || !cased || !text.iter().all(u8::is_ascii_graphic) {
        return f64::MIN;
    }
    let plain: Vec<u8> = text.iter().copied().filter(u8::is_ascii_alphanumeric).collect();
    if plain.len() * 4 >= text.len() * 3 { chance::bits(&plain) } else { f64::MIN }
}

/// The bits of the digits of a UUID, whose dashes say nothing.
fn hex_bits(text: &[u8]) -> f64 {
    let digits: Vec<u8> = text.iter().copied().filter(|b| *b != b'-').collect();
    chance::bits(&digits)
}

/// Words and small numbers joined by hyphens, dots or underscores.
fn slug(text: &[u8]) -> bool {
    let mut parts = text.split(|b| matches!(b, b'-' | b'_' | b'.' | b':' | b'/')).filter(|p| !p.is_empty());
    let plain = |p: &[u8]| {
        p.len() <= 2
            || p.len() <= 4 && p.iter().all(u8::is_ascii_digit)
            || p.len() <= 6 && p.iter().all(u8::is_ascii_lowercase)
            || p.iter().all(u8::is_ascii_alphabetic) && chance::bits(p) < 7.0
    };
    text.iter().any(|b| matches!(b, b'-' | b'_' | b'.' | b':' | b'/')) && parts.all(plain)
}

fn password(c: &mut Candidate<'_>) -> Verdict {
    let text = c.secret();
    let file = c.scene.file();
    if text.len() < 4 || text.len() > 150 {
        return Verdict::Reject("is too short or too long for a password".into());
    }
    if file == FileKind::Code && c.rule.syntax == Syntax::Assignment && entry(text) {
        return Verdict::Reject("names an entry of a store".into());
    }
    let bits = chance::bits(text);
    if file == FileKind::Store && c.form != Form::Bare {
        return Verdict::Pass;
    }
    if bits > 4.0 + if c.said.as_ref().is_some_and(|n| n.clear) { 0.0 } else { 8.0 } {
        return Verdict::Pass;
    }
    let digit = text.iter().any(u8::is_ascii_digit);
    let letter = text.iter().any(u8::is_ascii_alphabetic);
    let sign =
        text.iter().any(|b| !b.is_ascii_alphanumeric() && !matches!(b, b'-' | b'_' | b'.' | b'/' | b':'));
    let chosen = letter && (digit || sign) && text.len() >= 6;
    let opens = !chosen && (login::beside_a_user(c) || login::exported(c) || serves(c) && login::word(text));
    if !chosen && !opens && !phrase(c) && !spoken(c) {
        return Verdict::Reject("reads like a plain word".into());
    }
    if c.scene.is_test() || file == FileKind::Docs && !told(text) {
        return Verdict::Reject("reads like words, in tests or documentation".into());
    }
    let picked = digit && (sign || bits > -6.0 && text.len() >= 8) || composed(text) || dated(text);
    let set = text.len() >= 8 && c.scene.is_settings();
    if file == FileKind::Code && !picked && !spoken(c) && !(digit && (set || abroad(c))) {
        return Verdict::Reject("reads like words, in program code".into());
    }
    c.reasons
        .push(crate::finding::Reason { judge: "chance", text: if opens { OPENS } else { CHOSEN }.into() });
    Verdict::Pass
}

/// Whether a password stands in a URL to a server of another kind than those that pages are read from, with a name in the
/// world: `mongodb+srv://…@cluster0.acme.net`.
fn serves(c: &Candidate<'_>) -> bool {
    if c.rule.syntax != Syntax::Url {
        return false;
    }
    let before = &c.view.bytes[c.span.start.saturating_sub(120)..c.span.start];
    let scheme = memchr::memmem::rfind(before, b"://").map_or(&[][..], |n| &before[..n]);
    let page = [&b"http"[..], b"https", b"git", b"ssh", b"ftp"].iter().any(|word| scheme.ends_with(word));
    !page && abroad(c)
}

/// Two small words and a colon, as programs name what they keep: `app:password`.
fn entry(text: &[u8]) -> bool {
    let small = |part: &[u8]| part.len() >= 2 && part.iter().all(u8::is_ascii_lowercase);
    memchr::memchr(b':', text).is_some_and(|at| small(&text[..at]) && small(&text[at + 1..]))
}

/// Whether a password stands in a URL to a host that has a name in the world: `…@db.acme.io`, not `…@localhost`.
fn abroad(c: &Candidate<'_>) -> bool {
    let rest = c.view.bytes.get(c.span.end + 1..).unwrap_or_default();
    let name = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-');
    let host = rest[..rest.iter().take(254).take_while(name).count()].to_ascii_lowercase();
    let labels = host.split(|b| *b == b'.').filter(|label| !label.is_empty());
    let last = labels.clone().next_back().unwrap_or_default();
    let own = [&b"local"[..], b"internal", b"test", b"example", b"invalid", b"lan"].contains(&last);
    let shown = [&b"example"[..], b"your"].iter().any(|word| memchr::memmem::find(&host, word).is_some());
    c.rule.syntax == Syntax::Url
        && labels.count() >= 3
        && last.iter().all(u8::is_ascii_alphabetic)
        && !own
        && !shown
}

/// Whether a value is words and digits, none of which stands for a secret.
fn composed(text: &[u8]) -> bool {
    joined_words(text) || parted_words(text)
}

/// The same where a text tells it, and the digits are not those that everybody writes to show what goes there: `123`.
pub(super) fn told(text: &[u8]) -> bool {
    let digits: Vec<u8> = text.iter().copied().filter(u8::is_ascii_digit).collect();
    composed(text) && !placeholder::row(&digits)
}

/// Words and digits in one, as people choose passwords and nobody names things: `HarbourMeadow4207`. Words that stand for
/// a secret, and names of several parts, are none.
fn joined_words(text: &[u8]) -> bool {
    let any = |test: fn(&u8) -> bool| text.iter().any(test);
    let digits = text.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    let length = if any(u8::is_ascii_uppercase) && any(u8::is_ascii_lowercase) { 10 } else { 12 };
    digits >= 2
        && text.len() >= length
        && text.iter().all(u8::is_ascii_alphanumeric)
        && (double::weak(text).is_none() || begun(&text[..text.len() - digits]))
}

/// Two words with a number between them that is no part of a name such as `sha256` or `base64`: `harbour719Meadow`.
fn parted_words(text: &[u8]) -> bool {
    let word = |part: &[u8]| part.len() >= 4 && part.iter().all(u8::is_ascii_alphabetic);
    let lead = text.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    let digits = text[lead..].iter().take_while(|b| b.is_ascii_digit()).count();
    let tail = &text[lead + digits..];
    let known =
        [&b"128"[..], b"192", b"224", b"256", b"384", b"509", b"512"].contains(&&text[lead..lead + digits]);
    digits == 3 && !known && word(&text[..lead]) && word(tail) && double::weak(text).is_none()
}

/// Whether what stands before or behind a word for whom a password lets in is long enough to be of one's own:
/// `nordwindroot`, `WelcometoTundra`.
fn begun(letters: &[u8]) -> bool {
    let lower = letters.to_ascii_lowercase();
    let ends = ["root", "admin"].iter().find_map(|w| lower.strip_suffix(w.as_bytes()));
    let rest = ends.or_else(|| lower.strip_prefix(b"welcome"));
    rest.is_some_and(|rest| rest.len() >= 6 && double::weak(rest).is_none())
}

/// A name and a year, joined as nobody names things in a program: `Nordwind_2015`.
fn dated(text: &[u8]) -> bool {
    let Some((word, year)) = text.split_last_chunk::<4>() else { return false };
    let Some((b'_' | b'.' | b'-', [first, rest @ ..])) = word.split_last() else { return false };
    matches!(year, [b'1', b'9', ..] | [b'2', b'0', ..])
        && year.iter().all(u8::is_ascii_digit)
        && first.is_ascii_uppercase()
        && rest.len() >= 3
        && rest.iter().all(u8::is_ascii_lowercase)
        && double::weak(text).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_mark_alone_is_in_nothing_drawn_by_chance() {
        let whole = crate::rule::example::expand("<alnum:32>").unwrap().text;
        let with = |sign: &str| [&whole[..12], sign, &whole[12..]].concat();
        assert!(questioned(with("?").as_bytes()));
        assert!(!questioned(whole.as_bytes()) && !questioned(with("!").as_bytes()));
        assert!(!questioned(with("?!").as_bytes()) && !questioned(b"why?hunter2"));
    }

    #[test]
    fn signs_between_letters_drawn_by_chance_do_not_make_words_of_them() {
        let part = |n: usize| crate::rule::example::expand(&format!("<alnum:{n}>")).unwrap().text;
        let drawn = format!("{}!{}+{}*{}", part(9), part(5), part(7), part(6));
        assert!(between_signs(drawn.as_bytes()) > 14.0, "{drawn}");
        for text in
            ["what+a*wonderful!world2026", "my-secret_name.of", "a!b+c*d$e%f", "yaml:\"name,omitempty\""]
        {
            assert!(between_signs(text.as_bytes()) < 4.0, "{text}");
        }
    }

    #[test]
    fn digits_behind_a_short_prefix_are_drawn_by_chance() {
        let digits = crate::rule::example::expand("<hex:32>").unwrap().text;
        assert!(hex_tail(format!("SK{digits}").as_bytes()) > 13.6);
        for text in [format!("0x{digits}"), format!("getUserById{digits}"), format!("SK{}", &digits[..12])] {
            assert_eq!(hex_tail(text.as_bytes()), f64::MIN, "{text}");
        }
    }

    #[test]
    fn joined_words_with_digits_are_told_from_names() {
        for text in ["HarbourMeadow4207", "tigerlilymarble77"] {
            assert!(joined_words(text.as_bytes()), "{text}");
        }
        for text in ["pinetreeroot9678", "WelcometoTundra71"] {
            assert!(joined_words(text.as_bytes()), "{text}");
        }
        assert!(entry(b"acme:pw") && !entry(b"acme:pw7") && !entry(b"http://x"));
        assert!(told(b"HarbourMeadow4207") && !told(b"HarbourMeadow12345"));
        assert!(parted_words(b"harbour719Meadow") && parted_words(b"tigerlily304marble"));
        for text in ["digest256Length", "user101Password", "area51Hangar", "http404"] {
            assert!(!parted_words(text.as_bytes()), "{text}");
        }
        for text in ["Nordwind_2015", "Vertigo-1999"] {
            assert!(dated(text.as_bytes()), "{text}");
        }
        for text in ["nordwind_2015", "Admin_2015", "Nord_3015", "Big_Release_2015", "_2015"] {
            assert!(!dated(text.as_bytes()), "{text}");
        }
        for text in [
            "newPassword123",
            "rootadmin1234",
            "testUserLogin42",
            "reset-password-2024",
            "MountainView",
            "Tiger77",
        ] {
            assert!(!joined_words(text.as_bytes()), "{text}");
        }
    }
}

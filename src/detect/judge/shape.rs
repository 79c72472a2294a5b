//! Has the value the shape of something else? A URL, a path, a version, a date, a digest, a UUID, a
//! setting.

use super::{Verdict, structure};
use crate::detect::Candidate;
use crate::detect::assign::Form;
use crate::detect::lexicon::{FileKind, Kind, chance, words};

/// Rejects what is plainly another kind of thing.
pub(super) fn judge(c: &mut Candidate<'_>) -> Verdict {
    let Some(kind) = c.kind() else { return Verdict::Pass };
    let text = c.secret();
    let what = if memchr::memmem::find(text, b"://").is_some() {
        "a URL"
    } else if path(text) || module(text) {
        "a path or a file name"
    } else if version(text) {
        "a number, a version, a date or an address"
    } else if c.form == Form::Spaced && host_and_port(text) {
        "a server and its port"
    } else if words::holds(words::ENUM, text) {
        "a setting"
    } else if structure::is_web_token(text) {
        "a JSON web token, which a rule of its own looks at"
    } else if text.starts_with(b"-----BEGIN") || text.starts_with(b"ssh-") || text.starts_with(b"data:") {
        "an armoured text, which rules of its own look at"
    } else if validation(text) {
        "a rule that values are checked by"
    } else if digest(text) || checksum(c) || c.scene.file() == FileKind::Lock {
        "a digest of a package"
    } else if kind == Kind::Token && uuid(text) && !c.said.as_ref().is_some_and(|n| n.clear) {
        "an id"
    } else if kind == Kind::Password && uuid(text) && among_ids(c) {
        "an id among others"
    } else if code_point(text) && among_code_points(c) {
        "the number of a character"
    } else if regex(text) {
        "a pattern"
    } else if stored(text) {
        "a value as Windows stores it"
    } else if git_key(c) {
        "the id of the key that git signs with"
    } else if sealed(text) {
        "an encrypted text beside what it was encrypted with"
    } else if hash_call(text) {
        "a selector"
    } else {
        return Verdict::Pass;
    };
    Verdict::Reject(format!("is {what}"))
}

fn path(text: &[u8]) -> bool {
    let starts = |p: &[u8]| text.starts_with(p);
    if starts(b"./") || starts(b"../") || starts(b"~/") || starts(b"\\\\") {
        return true;
    }
    if text.len() > 3 && text[0].is_ascii_alphabetic() && text[1] == b':' && matches!(text[2], b'\\' | b'/') {
        return true;
    }
    let word = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'/');
    if starts(b"/") && text.ends_with(b"/") && text.len() >= 3 && text.iter().all(word) {
        return true;
    }
    let slashes = text.iter().filter(|b| matches!(b, b'/' | b'\\')).count();
    let parts_read = || chance::bits(text) < 0.3 * text.len() as f64;
    if starts(b"/") && slashes >= 1 && parts_read() || slashes >= 2 && chance::bits(text) < 2.0 {
        return true;
    }
    words::FILE_END.iter().any(|e| text.ends_with(e.as_bytes()))
        && chance::bits(&text[..text.len() - 3]) < 10.0
}

/// Four names or more with dots between them, as a program finds what it is to use: `acme.auth.hashers.Otter2Hasher`.
fn module(text: &[u8]) -> bool {
    let name = |part: &[u8]| {
        part.len() >= 2
            && part[0].is_ascii_alphabetic()
            && part.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_')
    };
    let small = |part: &[u8]| part.iter().all(|b| b.is_ascii_lowercase() || *b == b'_');
    let mut parts = text.split(|b| *b == b'.');
    let lead = parts.by_ref().take(3).filter(|part| name(part) && small(part)).count();
    let mut rest = parts.peekable();
    lead == 3 && rest.peek().is_some() && rest.all(name)
}

/// Only digits and the signs of numbers, dates, versions and addresses.
fn version(text: &[u8]) -> bool {
    let signs = |b: &u8| {
        b.is_ascii_digit()
            || matches!(
                b,
                b'.' | b'-' | b':' | b'/' | b',' | b'+' | b' ' | b'_' | b'x' | b'T' | b'Z' | b'v' | b'%'
            )
    };
    // The versions of a package that will do: `^6.4|^7.0`, `>=1.2 <3`.
    let wanted = matches!(text, [b'^' | b'~' | b'>' | b'<' | b'=', b'0'..=b'9' | b'=', ..])
        && text.contains(&b'.')
        && text.iter().all(|b| signs(b) || matches!(b, b'^' | b'~' | b'>' | b'<' | b'=' | b'|' | b'*'));
    let digits = text.iter().filter(|b| b.is_ascii_digit()).count();
    let plain = text.iter().all(u8::is_ascii_digit);
    suffixed(text)
        || plain && (text.len() < 6 || text.len() > 24)
        || !plain && digits > 0 && text.iter().all(signs)
        || text.starts_with(b"0x") && text.len() <= 18
        || wanted
}

/// A number of a kind, as programs write it: `1204664602u64`, `86400L`.
fn suffixed(text: &[u8]) -> bool {
    let digits = text.iter().take_while(|b| b.is_ascii_digit() || **b == b'_').count();
    const KINDS: &[&[u8]] =
        &[b"u64", b"i64", b"u32", b"i32", b"u128", b"i128", b"usize", b"L", b"UL", b"ULL", b"n"];
    digits >= 4 && KINDS.contains(&&text[digits..])
}

/// A server and its port, as one is told to another: `php:9000`.
fn host_and_port(text: &[u8]) -> bool {
    let Some(at) = memchr::memchr(b':', text) else { return false };
    let host = |b: &u8| b.is_ascii_lowercase() || matches!(b, b'-' | b'.');
    let port = &text[at + 1..];
    text[0].is_ascii_lowercase()
        && text[..at].iter().all(host)
        && matches!(port.len(), 4 | 5)
        && port[0] != b'0'
        && port.iter().all(u8::is_ascii_digit)
}

/// `sha256-…`, `sha512:…`, `md5:…`, `{SHA}`.
fn digest(text: &[u8]) -> bool {
    [
        &b"sha1-"[..],
        b"sha256-",
        b"sha384-",
        b"sha512-",
        b"sha256:",
        b"sha1:",
        b"sha512:",
        b"md5:",
        b"h1:",
        b"SHA256:",
    ]
    .iter()
    .any(|p| text.starts_with(p))
}

/// Whether the name is that of what a checksum was made of, as in the annotations of a Helm chart (`checksum/secret: …`)
/// and in lists of checksums (`SHA1 (secret.iso) = …`).
fn checksum(c: &Candidate<'_>) -> bool {
    const BEFORE: &[&[u8]] =
        &[b"checksum/", b"MD5 (", b"SHA1 (", b"SHA224 (", b"SHA256 (", b"SHA384 (", b"SHA512 (", b"RMD160 ("];
    c.key.as_ref().is_some_and(|key| BEFORE.iter().any(|b| c.view.bytes[..key.start].ends_with(b)))
}

/// Digits in an export of the registry, and what only the user's own account decrypts.
fn stored(text: &[u8]) -> bool {
    [&b"hex:"[..], b"hex(", b"dword:", b"51:b:"].iter().any(|p| text.starts_with(p))
}

/// The id of an OpenPGP key, which its name in git's configuration calls by the key's: `user.signingkey`.
fn git_key(c: &Candidate<'_>) -> bool {
    let text = c.secret();
    let id = matches!(text.len(), 8 | 16 | 40) && text.iter().all(u8::is_ascii_hexdigit);
    let end = c.key.clone().filter(|_| id).map_or(0, |key| key.end);
    c.view.bytes[end.saturating_sub(15)..end].eq_ignore_ascii_case(b"user.signingkey")
}

/// Texts in base64, padded and parted: what was encrypted, with the nonce before and the sum behind it. Or it says so.
fn sealed(text: &[u8]) -> bool {
    if text.starts_with(b"encrypted:") {
        return true;
    }
    let base64 = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=' | b'.');
    let part = |part: &[u8]| part.len() >= 16 && part.iter().all(base64);
    let parts = || text.split(|b| *b == b'|');
    parts().count() >= 2 && parts().all(part) && parts().filter(|part| part.ends_with(b"=")).count() >= 2
}

/// What a form demands of a value, as Laravel writes it: `required|min:8|confirmed`.
fn validation(text: &[u8]) -> bool {
    let mut parts = text.split(|b| *b == b'|');
    let rule = |part: &[u8]| {
        let name = part.split(|b| *b == b':').next().unwrap_or_default();
        !name.is_empty() && name.iter().all(|b| b.is_ascii_lowercase() || *b == b'_')
    };
    text.contains(&b'|') && parts.all(rule)
}

fn uuid(text: &[u8]) -> bool {
    text.len() == 36
        && text
            .iter()
            .enumerate()
            .all(|(n, b)| if matches!(n, 8 | 13 | 18 | 23) { *b == b'-' } else { b.is_ascii_hexdigit() })
}

/// Whether an id stands in a list of names with ids, as makers of things are told apart by: three others are near.
fn among_ids(c: &Candidate<'_>) -> bool {
    const BESIDE: usize = 400;
    let around = c.span.start.saturating_sub(BESIDE)..c.view.bytes.len().min(c.span.end + BESIDE);
    let ids = c.view.bytes[around].split(|b| matches!(b, b'"' | b'\'')).filter(|text| uuid(text));
    c.scene.file() == FileKind::Code && ids.count() > 3
}

/// Four or five hexadecimal digits, as characters are numbered.
fn code_point(text: &[u8]) -> bool {
    matches!(text.len(), 4 | 5) && text.iter().all(u8::is_ascii_hexdigit)
}

/// Whether a number stands in a list of such: at least four others are near.
fn among_code_points(c: &Candidate<'_>) -> bool {
    const BESIDE: usize = 200;
    let around = c.span.start.saturating_sub(BESIDE)..c.view.bytes.len().min(c.span.end + BESIDE);
    let numbers =
        c.view.bytes[around].split(|b| matches!(b, b'"' | b'\'' | b'\\')).filter(|text| code_point(text));
    numbers.count() > 4
}

/// From how many bits on, by which chance explains it better than words do, a text is drawn and no pattern.
const DRAWN: f64 = 8.0;

fn regex(text: &[u8]) -> bool {
    let has = |p: &[u8]| memchr::memmem::find(text, p).is_some();
    has(b"[a-z")
        || has(b"[A-Z")
        || has(b"[0-9")
        || has(b"\\w")
        || has(b"\\d")
        || has(b"(?")
        || has(b"[^")
        // A password drawn from all signs holds these by chance.
        || (has(b".*") || has(b".+")) && chance::bits(text) < DRAWN
}

/// `#password`, `.token-field`, `input[name=…`, `@id/password`.
fn hash_call(text: &[u8]) -> bool {
    matches!(text.first(), Some(b'#' | b'.' | b'@' | b'-')) && chance::bits(&text[1..]) < 2.0
        || memchr::memmem::find(text, b"[name=").is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_things_are_told_by_their_shape() {
        assert!(path(b"/ws2/") && !path(b"/k9+x4/"));
        assert!(path(b"/etc/ssl/private.key") && path(b"~/.ssh/id") && path(b"C:\\keys\\a"));
        assert!(version(b"^6.4|^7.0") && version(b">=1.2 <3.0") && !version(b"^6k.4|7"));
        assert!(host_and_port(b"php:9000") && !host_and_port(b"hunter2:9000") && !host_and_port(b"pass:12"));
        assert!(module(b"acme.auth.hashers.Otter2Hasher") && !module(b"acme.auth.Otter2Hasher"));
        assert!(!module(b"acme.k9x.hashers.Otter2Hasher"));
        assert!(version(b"1204664602099962445u64") && version(b"86400L") && !version(b"86400k"));
        assert!(version(b"2010-04-01") && version(b"1.2.3") && version(b"10.0.0.1"));
        assert!(uuid(b"26dfe8d8-889b-4380-92ff-9c3c6ea5d930") && !uuid(b"26dfe8d8"));
        let text = crate::rule::example::expand("2.<b64:22>==|<b64:43>=|<b64:43>=").unwrap().text;
        assert!(sealed(text.as_bytes()) && !sealed(b"a=|b=") && !sealed(&text.as_bytes()[..26]));
        assert!(regex(b"sk-[a-zA-Z0-9]{48}") && regex(b"^.+@.+$") && regex(b"token.*secret"));
        let drawn = crate::rule::example::expand("<alnum:14>").unwrap().text;
        assert!(!regex([&drawn[..6], ".*", &drawn[6..]].concat().as_bytes()));
        assert!(stored(b"hex:00") && stored(b"51:b:0100") && !stored(b"hexagon51"));
        assert!(
            validation(b"required|min:8|confirmed") && !validation(b"k9|Xw4|pq") && !validation(b"hunter")
        );
    }
}

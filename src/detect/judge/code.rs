//! Is the value an expression of a program? Without quotes, `password = other` gives away nothing.

use std::ops::Range;

use super::{Verdict, double};
use crate::detect::Candidate;
use crate::detect::assign::Form;
use crate::detect::lexicon::{FileKind, chance};

/// Rejects names, calls, types and numbers.
pub(super) fn judge(c: &mut Candidate<'_>) -> Verdict {
    if c.key.is_none() || c.kind().is_none() {
        return Verdict::Pass;
    }
    let text = c.secret();
    if c.scene.file() == FileKind::Code && c.key.clone().is_some_and(|key| looks_up(c.view.bytes, &key)) {
        return Verdict::Reject("is kept under a credential, not one itself".into());
    }
    if matches!(c.form, Form::Quoted | Form::Compared | Form::Called | Form::Counted) {
        return Verdict::Pass;
    }
    if called(text) || closes(text, &c.view.bytes[c.span.end..]) {
        return Verdict::Reject("is a call".into());
    }
    if matches!(c.form, Form::Markup | Form::Query) {
        return Verdict::Pass;
    }
    if in_action(&c.view.bytes[..c.whole.start.min(c.span.start)]) {
        return Verdict::Reject("stands without quotes in an action of a template".into());
    }
    if column(text) || dotted(text) && chance::bits(text) < 12.0 {
        return Verdict::Reject("is a path of names".into());
    }
    let expression = |b: &u8| matches!(b, b'(' | b'[' | b'{' | b'|' | b'?' | b'"' | b'\'');
    match c.scene.file() {
        FileKind::Code if c.form == Form::Spaced => Verdict::Reject("is prose or code".into()),
        FileKind::Code => {
            let token =
                text.len() >= 16 && text.iter().any(u8::is_ascii_digit) && !text.iter().any(expression);
            // In a comment nothing is quoted; `double` wants more of a password there.
            let told = c.form == Form::Line && double::in_comment(c) && !text.iter().any(expression);
            if token && chance::bits(text) > 15.0 || told && chance::bits(text) > 9.0 {
                return Verdict::Pass;
            }
            Verdict::Reject("stands without quotes in program code".into())
        }
        FileKind::Docs | FileKind::Other | FileKind::Script if text.first().is_some_and(expression) => {
            Verdict::Reject("is an expression".into())
        }
        _ => Verdict::Pass,
    }
}

/// Whether a name is what something is kept under, not what it is called by: `zones[token] = "…"`. PHP and shells write
/// names without quotes there.
fn looks_up(bytes: &[u8], key: &Range<usize>) -> bool {
    let Some((b'[', before)) = bytes[..key.start].split_last().map(|(b, rest)| (*b, rest)) else {
        return false;
    };
    let word = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
    let from = before.iter().rposition(|b| !word(b)).map_or(0, |at| at + 1);
    from < before.len() && bytes.get(key.end) == Some(&b']') && !before[..from].ends_with(b"$")
}

/// `name(…`, `a.b(…`, `new X`.
fn called(text: &[u8]) -> bool {
    let name = text
        .iter()
        .take_while(|b| {
            b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b':' | b'>' | b'-' | b'$' | b'!')
        })
        .count();
    let opens = matches!(text.get(name), Some(b'(' | b'['));
    // What is given to it is named: `MD5(@value`.
    let named = matches!(text.get(name + 1), Some(b'@' | b':' | b'$'));
    name >= 2
        && opens
        && (text.last().is_some_and(|b| matches!(b, b')' | b'(' | b']'))
            || named
            || chance::bits(&text[..name]) < 4.0)
}

/// Whether a value is the beginning of a call that ends right behind it, where brackets end a value: `sdsnew(argv[2` before `])`.
fn closes(text: &[u8], rest: &[u8]) -> bool {
    let name = text.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.')).count();
    if name < 2
        || !text[..name].iter().any(u8::is_ascii_alphabetic)
        || !matches!(text.get(name), Some(b'(' | b'['))
    {
        return false;
    }
    let opened = text[name..].iter().rev().filter(|b| matches!(b, b'(' | b'['));
    opened.zip(0..).all(|(open, n)| rest.get(n) == Some(if *open == b'(' { &b')' } else { &b']' }))
}

/// Whether a template's action is open where `before` ends: `{{- $password := (include …`.
fn in_action(before: &[u8]) -> bool {
    let before = &before[before.len().saturating_sub(200)..];
    let line = memchr::memrchr(b'\n', before).map_or(before, |n| &before[n + 1..]);
    let open = memchr::memmem::rfind(line, b"{{");
    open.is_some_and(|at| memchr::memmem::find(&line[at..], b"}}").is_none())
}

/// The column of a table in Transact-SQL, with or without its last bracket: `T.[Name]`.
fn column(text: &[u8]) -> bool {
    let word = |part: &[u8]| !part.is_empty() && part.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_');
    let Some(at) = memchr::memmem::find(text, b".[") else { return false };
    let name = &text[at + 2..];
    word(&text[..at]) && word(name.strip_suffix(b"]").unwrap_or(name))
}

/// `config.db.password`, `Self::KEY`, `a->b`.
fn dotted(text: &[u8]) -> bool {
    let mut parts = 0;
    for part in text.split(|b| matches!(b, b'.' | b':' | b'>')) {
        let part = part.strip_suffix(b"-").unwrap_or(part);
        if part.is_empty() {
            continue;
        }
        if !part[0].is_ascii_alphabetic() && part[0] != b'_'
            || !part.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_')
        {
            return false;
        }
        parts += 1;
    }
    parts >= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_under_a_token_is_none() {
        let under = |text: &[u8]| {
            let at = memchr::memmem::find(text, b"token").unwrap();
            looks_up(text, &(at..at + 5))
        };
        assert!(under(b"p.zones[token] = x") && under(b"ids[token]"));
        assert!(!under(b"$conf[token] = x") && !under(b"[token]") && !under(b"x['token'] = y"));
    }

    #[test]
    fn a_call_may_be_cut_at_its_last_brackets() {
        assert!(closes(b"sdsnew(argv[2", b"]);") && closes(b"env[KEY", b"]") && closes(b"get(x", b")"));
        assert!(!closes(b"Tr(4vel", b" ") && !closes(b"sdsnew(argv[2", b");") && !closes(b"9(x", b")"));
    }

    #[test]
    fn calls_and_paths_of_names_are_seen() {
        assert!(
            called(b"getPassword()")
                && called(b"vault.read(")
                && called(b"MD5(@pw")
                && dotted(b"config.db.password")
                && column(b"T.[PasswordHash]")
                && column(b"T.[PasswordHash")
        );
        assert!(!called(b"hunter2") && !dotted(b"hunter2") && !dotted(b"a1.9z") && !column(b"a8.[q!"));
    }

    #[test]
    fn an_action_is_open_until_its_brackets_close() {
        assert!(in_action(b"a: 1\n  {{- $password := "));
        assert!(!in_action(b"{{ if .Values.auth }}\npassword: ") && !in_action(b"{{ $a }}: "));
    }
}

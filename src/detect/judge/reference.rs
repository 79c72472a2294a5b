//! Does the value only say where the secret is to be found? `${TOKEN}`, `os.environ[…]`, `{{ key }}`, `%s`.

use super::Verdict;
use crate::detect::Candidate;
use crate::detect::assign::Form;
use crate::detect::bytes::{contains, position};
use crate::detect::lexicon::{chance, words};

/// What opens or closes a template in one of the common languages.
const TEMPLATE: &[&[u8]] = &[b"${", b"{{", b"}}", b"<%", b"#{", b"@{", b"%{", b"$[", b"{%", b"<?"];
/// Verbs of formats and holes to fill.
const FORMAT: &[&[u8]] = &[b"%s", b"%d", b"%v", b"{0}", b"{}", b"%w", b"%@"];
/// A format is a short text.
const FORMAT_LENGTH: usize = 24;

/// How many bits by which chance explains a text better than words do make it one that is drawn.
const DRAWN: f64 = 12.0;

/// Rejects variables, templates and look-ups.
pub(super) fn judge(c: &mut Candidate<'_>) -> Verdict {
    if c.proven {
        return Verdict::Pass;
    }
    let text = c.secret();
    if c.kind().is_none() && c.key.is_none() {
        // A pattern gave the shape: only what opens a template inside it can be one.
        let template = has(text, &[b"${", b"{{", b"<%"]);
        return if template { Verdict::Reject("holds a template".into()) } else { Verdict::Pass };
    }
    let what = if has(text, TEMPLATE) || bracketed(text) || hole(text) {
        "is a template, filled in elsewhere"
    } else if text.starts_with(b"+") && stands_in_a_shell(&c.view.bytes[..c.span.start]) {
        "stands in for a variable that is set"
    } else if names_another(text, c.form) {
        "names another value"
    } else if has(text, FORMAT) && text.len() < FORMAT_LENGTH && !drawn(text) {
        "is a format, filled in elsewhere"
    } else if looked_up(text) {
        "is looked up elsewhere"
    } else {
        return Verdict::Pass;
    };
    Verdict::Reject(what.into())
}

/// Whether what stands round the only verb of a format is drawn at random: a password from all signs holds one by chance.
fn drawn(text: &[u8]) -> bool {
    let mut verbs =
        FORMAT.iter().flat_map(|verb| memchr::memmem::find_iter(text, verb).map(|at| (at, verb.len())));
    let (Some((at, length)), None) = (verbs.next(), verbs.next()) else { return false };
    chance::bits(&[&text[..at], &text[at + length..]].concat()) > DRAWN
}

/// `$(command)`, `%(name)s` and `@@name@@`. Keys that are drawn from all signs, as Django's, hold `%(` and `$(` by chance:
/// inside a value only a whole one with words in it counts.
fn bracketed(text: &[u8]) -> bool {
    let word = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'/' | b' ');
    let closes = |open: &[u8], close: u8| {
        contains(text, open)
            && memchr::memmem::find_iter(text, open).any(|at| {
                let rest = &text[at + open.len()..];
                memchr::memchr(close, rest).is_some_and(|end| end > 0 && rest[..end].iter().all(word))
            })
    };
    [&b"$("[..], b"\\$(", b"%(", b"@@"].iter().any(|open| text.starts_with(open))
        || closes(b"$(", b')')
        || closes(b"%(", b')')
        || closes(b"@@", b'@')
}

/// `%NAME%`, `@NAME@`, `{name}`, `[name]`, `<name>`, and `{name}` inside a text.
fn hole(text: &[u8]) -> bool {
    if text.starts_with(b"&lt;") || runs_into_markup(text) {
        return true;
    }
    let inner = text.get(1..text.len().saturating_sub(1)).unwrap_or_default();
    let whole = match (text.first(), text.last()) {
        (Some(b'<'), Some(b'>')) => true,
        // Maven's way to write an encrypted password.
        (Some(b'{'), Some(b'}')) if inner.ends_with(b"=") => true,
        (Some(b'%'), Some(b'%'))
        | (Some(b'{'), Some(b'}'))
        | (Some(b'['), Some(b']'))
        | (Some(b'@'), Some(b'@')) => is_name(inner),
        _ => false,
    };
    let braced = || {
        let from = memchr::memchr(b'{', text)?;
        let length = memchr::memchr(b'}', &text[from..])?;
        Some(length > 1 && is_name(&text[from + 1..from + length]))
    };
    whole || braced() == Some(true)
}

/// Whether a word runs into the end of the element that it stands in: `secret</pre>`.
fn runs_into_markup(text: &[u8]) -> bool {
    let Some(at) = position(text, b"</") else { return false };
    let plain = |b: &u8| b.is_ascii_alphabetic() || *b == b'.';
    text[..at].iter().all(plain) && text.get(at + 2).is_some_and(u8::is_ascii_alphabetic)
}

/// Whether `before` ends in a shell's question whether a variable is set: `${PASSWORD:` before `+given}`.
fn stands_in_a_shell(before: &[u8]) -> bool {
    let Some(before) = before.strip_suffix(b":") else { return false };
    let name = before.iter().rev().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
    name > 0 && before[..before.len() - name].ends_with(b"${")
}

/// `$NAME`, `$name->field`, YAML's `*alias`, `:symbol`.
fn names_another(text: &[u8], form: Form) -> bool {
    // A shell's quotes inside quotes: `"'$PASSWORD'"`.
    let text = text.strip_prefix(b"'").and_then(|t| t.strip_suffix(b"'")).unwrap_or(text);
    // How OpenSSL and the signers of Java and Android are told where a password is: `pass:"$PASSWORD"`.
    let text = match text.strip_prefix(b"pass:") {
        Some([b'"' | b'\'', rest @ ..]) => rest,
        Some(rest) => rest,
        None => text,
    };
    // `$KEY|$FILE|$PASSWORD`, what a tool takes in one.
    let variable = |part: &[u8]| part.first() == Some(&b'$') && is_name(&part[1..]);
    if text.contains(&b'|') && text.split(|b| *b == b'|').all(variable) {
        return true;
    }
    if of_variables(text) {
        return true;
    }
    let Some((first, rest)) = text.split_first() else { return false };
    let starts = rest.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_');
    match first {
        b'$' => starts && (is_name(rest) || has(rest, &[b"->", b"["])),
        b'*' | b'&' => form == Form::Line && is_name(rest),
        b'@' | b':' => starts && is_name(rest) && text.len() < 40 && !text.iter().any(u8::is_ascii_digit),
        _ => false,
    }
}

/// Two variables or more and nothing else but a number between them, as a server is told where a request goes:
/// `$upstream:8080$request_uri`.
fn of_variables(text: &[u8]) -> bool {
    let Some(inside) = text.strip_prefix(b"$") else { return false };
    let variable = |part: &[u8]| {
        let port = part.iter().rev().take_while(|b| b.is_ascii_digit()).count();
        let name = &part[..part.len() - port];
        let name = name.strip_suffix(b":").unwrap_or(name);
        name.len() >= 3 && name.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'_')
    };
    inside.contains(&b'$') && inside.split(|b| *b == b'$').all(variable)
}

fn looked_up(text: &[u8]) -> bool {
    let lower = text[..text.len().min(64)].to_ascii_lowercase();
    // What an expression turns round is looked up all the same.
    let lower = lower.strip_prefix(b"!").filter(|rest| rest.contains(&b'.')).unwrap_or(&lower);
    words::LOOK_UP.iter().any(|l| lower.starts_with(l.as_bytes()))
        // An expression in a template of Azure: `[parameters('name')]`.
        || text.starts_with(b"[") && text.ends_with(b")]")
        // What a firewall of Fortinet encrypts, and Symfony's variables.
        || lower.starts_with(b"enc ")
        || lower.starts_with(b"%env(")
        || has(text, &[b"process.env", b"os.environ", b"getenv("])
}

fn is_name(text: &[u8]) -> bool {
    let part = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b':' | b'.' | b'-' | b'>');
    !text.is_empty() && text.iter().all(part)
}

fn has(text: &[u8], parts: &[&[u8]]) -> bool {
    parts.iter().any(|part| contains(text, part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_no_value() {
        assert!(hole(b"&lt;input") && hole(b"phrase.</p>") && !hole(b"hunter2</p>") && !hole(b"a</"));
        assert!(bracketed(b"\\$(make"));
    }

    #[test]
    fn what_a_shell_puts_for_a_variable_that_is_set() {
        assert!(stands_in_a_shell(b"x \"${PASSWORD:") && !stands_in_a_shell(b"password:"));
    }

    #[test]
    fn a_verb_by_chance_makes_no_format() {
        for (seed, verb) in [("<alnum:14>", "%d"), ("<alnum:12>", "%s"), ("<alnum:16>", "{}")] {
            let text = crate::rule::example::expand(seed).unwrap().text;
            assert!(drawn([&text[..5], verb, &text[5..]].concat().as_bytes()), "{text}");
        }
        for text in ["%s-password", "key_%d_of_user", "%s", "token-%v-%v", "user{}secret"] {
            assert!(!drawn(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn holes_names_and_look_ups_are_seen() {
        for text in ["%PASSWORD%", "@PASSWORD@", "{password}", "<your password>", "abc-{token}-x"] {
            assert!(hole(text.as_bytes()), "{text}");
        }
        assert!(
            names_another(b"pass:\"$KEY_PASS", Form::Spaced) && !names_another(b"pass:hunter", Form::Spaced)
        );
        assert!(of_variables(b"$upstream:8080$request_uri") && !of_variables(b"$upstream:8080"));
        assert!(!of_variables(b"$a$b") && !of_variables(b"$kX9q:80$pq7Z"));
        assert!(names_another(b"$KEY|$PASS", Form::Quoted) && !names_another(b"$k|9$x", Form::Quoted));
        assert!(names_another(b"$PASSWORD", Form::Line) && !names_another(b"$1$abc", Form::Line));
        assert!(
            bracketed(b"$(cat key)")
                && bracketed(b"x-%(name)s")
                && bracketed(b"@@KEY@@")
                && bracketed(b"$(openssl")
        );
        assert!(!bracketed(b"du9e^cmago!%(^+=gr@cu$(v9") && !bracketed(b"a@@b"));
        assert!(
            looked_up(b"process.env.KEY")
                && looked_up(b"vault:secret/x")
                && looked_up(b"%env(resolve:X)%")
                && looked_up(b"[parameters('pw')]")
                && looked_up(b"!local.is_replica")
                && !looked_up(b"!loc4l")
                && !looked_up(b"varnish99")
        );
    }
}

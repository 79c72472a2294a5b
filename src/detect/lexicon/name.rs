//! What a name says: `smtpPassword` names a password, `passwordPolicy` and `tokenType` do not.
//!
//! In flows a name as written in code or configuration; out flows which kind of credential it names
//! and how clearly.

use std::ops::Range;

use super::words::{self, holds};

/// What kind of credential a name promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Chosen by a person, may be words.
    Password,
    /// Made by a machine, should look like chance.
    Token,
}

/// What a name says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name {
    /// The kind of credential.
    pub kind: Kind,
    /// Nothing in the name speaks against it.
    pub clear: bool,
    /// The word that says so, as a range of the name.
    pub word: Range<usize>,
    /// Nothing follows that word.
    pub last: bool,
}

impl Name {
    /// What a place says that calls for a credential of that kind without naming one.
    pub(crate) fn of(kind: Kind) -> Self {
        Self { kind, clear: true, word: 0..0, last: true }
    }

    /// The same as a range of a name in which `lead` further bytes stand before it.
    pub(crate) fn behind(self, lead: usize) -> Self {
        Self { word: self.word.start + lead..self.word.end + lead, ..self }
    }
}

/// The most words of a name that are looked at.
const WORDS: usize = 16;

/// Reads a name; `None` if it does not name a credential. `anchor` is the word, as a range of the name,
/// that must be part of what says so.
pub(crate) fn read(name: &[u8], anchor: &Range<usize>) -> Option<Name> {
    // A phrase, or a word in another script.
    if name.contains(&b' ') || !name.is_ascii() {
        return Some(Name { kind: Kind::Password, clear: true, word: 0..name.len(), last: true });
    }
    let parts = split(name);
    // The last credential word of a name is what it names: `password_token` is a token.
    let n = (0..parts.len()).rev().find(|n| credential(&name[parts[*n].clone()]).is_some())?;
    let part = parts[n].clone();
    let (kind, plain_key) = credential(&name[part.clone()])?;
    if anchor.end <= part.start || anchor.start >= part.end {
        let joined = n > 0 && plain_key && parts[n - 1].start < anchor.end && anchor.start < part.end;
        if !joined {
            return None;
        }
    }
    let mut clear = is_clear(name, &parts[n + 1..], kind)?;
    // `publicKeyToken` is about a public key; `NEXT_PUBLIC_API_KEY` is a key that is made public.
    let word = |n: usize| &name[parts[n].clone()];
    let public =
        |k: usize| word(k).eq_ignore_ascii_case(b"public") && word(k + 1).eq_ignore_ascii_case(b"key");
    if (0..n).any(public) || is_of_another_kind(name, &parts, n) {
        return None;
    }
    if n > 0 {
        let head = &name[parts[n - 1].clone()];
        // A session's key may be a name to look it up by, a session's secret is what signs it.
        let secret = holds(words::SECRET, &name[part.clone()]);
        let guarded = kind == Kind::Password || secret;
        let known = (plain_key || secret) && holds(words::KEY_OWNER, head)
            || guarded && holds(words::HEAD_THING, head)
            || !plain_key && (holds(words::HEAD_SERVICE, head) || of_object(name, part.start, head));
        if holds(words::HEAD_OTHER, head) && !known {
            return None;
        }
        if plain_key && !holds(words::KEY_OWNER, head) {
            if name[part.end - 1].eq_ignore_ascii_case(&b's') {
                return None;
            }
            clear = clear && credential(head).is_some();
        }
    } else if plain_key {
        return None;
    }
    Some(Name { kind, clear, word: part, last: n + 1 == parts.len() })
}

/// Whether nothing in the words behind a credential speaks against it; `None` if one of them makes it something else.
fn is_clear(name: &[u8], tails: &[Range<usize>], kind: Kind) -> Option<bool> {
    let mut clear = true;
    for tail in tails {
        let word = &name[tail.clone()];
        let digest = kind == Kind::Token && holds(words::DIGEST, word);
        let neutral = word.iter().all(u8::is_ascii_digit) || word.len() == 1;
        if !digest && (neutral || holds(words::TAIL_NEUTRAL, word)) {
            continue;
        }
        // The digest of a password can be guessed from, that of a key or a token opens nothing.
        if digest || holds(words::TAIL_OTHER, word) {
            return None;
        }
        clear = false;
    }
    Some(clear)
}

/// Whether the words round the credential at `n` make something else of it: a stand-in (`mockPrivateKey`), what another
/// key has to open first (`wrappedSigningKey`, `obscuredClientSecret`), a round of work (`firstPass`), a language of a country (`en_PW`).
fn is_of_another_kind(name: &[u8], parts: &[Range<usize>], n: usize) -> bool {
    let word = |k: usize| &name[parts[k].clone()];
    if (0..n).any(|k| holds(words::MADE_UP, word(k))) {
        return true;
    }
    let owner = || (0..n).rev().find(|k| !holds(words::CIPHER_BETWEEN, word(*k)));
    let opened =
        word(n).eq_ignore_ascii_case(b"key") || holds(words::SECRET, word(n)) || holds(words::TOKEN, word(n));
    if opened && owner().is_some_and(|k| holds(words::CIPHER, word(k))) {
        return true;
    }
    let last = word(n);
    n > 0 && last.eq_ignore_ascii_case(b"pass") && holds(words::PASS_OTHER, word(n - 1))
        || super::place::is_language(name) && name.len() > 2
}

/// Whether the word before is an object that has the credential: `config.pepper` is no setting of a pepper.
fn of_object(name: &[u8], at: usize, head: &[u8]) -> bool {
    name[at - 1] == b'.' && head.eq_ignore_ascii_case(b"config")
}

/// Where the property begins that a call by this name sets: `Secret` in `client.setSecret`.
pub(crate) fn set_by(name: &[u8]) -> usize {
    let from = name.iter().rposition(|b| !b.is_ascii_alphanumeric() && *b != b'_').map_or(0, |n| n + 1);
    let verbs = [&b"set"[..], b"with", b"use"];
    let verb = verbs.iter().find(|v| name[from..].starts_with(v)).map_or(0, |v| v.len());
    let property = name.get(from + verb).is_some_and(|b| b.is_ascii_uppercase() || *b == b'_');
    if property { from + verb } else { 0 }
}

/// Whether a name says that its value is a key or a token and nothing else, as `key` and `api_token` do.
pub(crate) fn is_bare(name: &[u8]) -> bool {
    const PLAIN: &[&[u8]] = &[b"api", b"access", b"auth", b"private", b"client", b"app", b"secret", b"x"];
    let plain = |part: &Range<usize>| {
        let word = &name[part.clone()];
        PLAIN.iter().any(|p| word.eq_ignore_ascii_case(p))
            || credential(word).is_some_and(|(k, _)| k == Kind::Token)
    };
    let parts = split(name);
    !parts.is_empty() && parts.len() <= 4 && parts.iter().all(plain)
}

/// Whether a name is that of the place from which a list goes on: `next_token`, `pageToken`.
pub(crate) fn goes_on(name: &[u8]) -> bool {
    const LIST: &[&[u8]] =
        &[b"next", b"previous", b"prev", b"page", b"continuation", b"pagination", b"cursor"];
    let parts = split(name);
    let [.., head, last] = &parts[..] else { return false };
    name[last.clone()].eq_ignore_ascii_case(b"token")
        && LIST.iter().any(|word| name[head.clone()].eq_ignore_ascii_case(word))
}

/// Which kind of credential one word of a name promises, and whether it is a bare `key`, which needs a
/// word before it.
fn credential(word: &[u8]) -> Option<(Kind, bool)> {
    let digits = word.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    let word = &word[..word.len() - digits];
    if word.len() < 2 {
        return None;
    }
    if holds(words::PASSWORD, word) {
        return Some((Kind::Password, false));
    }
    if word.eq_ignore_ascii_case(b"key") || word.eq_ignore_ascii_case(b"keys") {
        return Some((Kind::Token, true));
    }
    if [words::SECRET, words::TOKEN, words::KEY].iter().any(|list| holds(list, word)) {
        return Some((Kind::Token, false));
    }
    // Run together: `dbpassword`, `mysecret`, `githubtoken`.
    let ends = |end: &str, least: usize| {
        word.len() >= end.len() + least && word[word.len() - end.len()..].eq_ignore_ascii_case(end.as_bytes())
    };
    // A capital before it may be the end of an abbreviation: the `Bpassword` of `wgDBpassword`.
    let none = word.len() > 4 && word[..2].eq_ignore_ascii_case(b"no") && holds(words::PASSWORD, &word[2..]);
    if none {
        return None;
    }
    if ends("password", 1) || ["passwd", "passphrase", "pwd"].iter().any(|e| ends(e, 2)) {
        return Some((Kind::Password, false));
    }
    const RUN_TOGETHER: &[&str] =
        &["secret", "token", "apikey", "secretkey", "accesskey", "privatekey", "accountkey", "storagekey"];
    if RUN_TOGETHER.iter().any(|end| ends(end, 2)) {
        return Some((Kind::Token, false));
    }
    None
}

/// The words of a name: `smtpPASSWORD_v2` is `smtp`, `PASSWORD`, `v2`.
pub(crate) fn split(name: &[u8]) -> Vec<Range<usize>> {
    let mut parts: Vec<Range<usize>> = Vec::with_capacity(4);
    let mut start = None;
    for at in 0..=name.len() {
        let here = name.get(at).copied().filter(u8::is_ascii_alphanumeric);
        let border = match (start, here) {
            (_, None) => true,
            (None, _) => false,
            (Some(_), Some(b)) => {
                let before = name[at - 1];
                let after = name.get(at + 1).copied().unwrap_or(b'_');
                b.is_ascii_uppercase()
                    && (before.is_ascii_lowercase()
                        || before.is_ascii_uppercase() && after.is_ascii_lowercase())
            }
        };
        if border && let Some(from) = start.take() {
            parts.push(from..at);
        }
        if here.is_some() && start.is_none() {
            start = Some(at);
        }
    }
    if parts.len() > WORDS {
        parts.drain(..parts.len() - WORDS);
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(name: &str) -> Option<(Kind, bool)> {
        let lower = name.to_ascii_lowercase();
        let words = ["pass", "pwd", "secret", "salt", "token", "key", "auth"];
        let at = words.iter().filter_map(|w| lower.rfind(w).map(|at| (at, at + w.len()))).max()?;
        read(name.as_bytes(), &(at.0..at.1)).map(|n| (n.kind, n.clear))
    }

    #[test]
    fn what_asks_for_no_password_names_none() {
        for name in ["NOPASSWD", "nopassword"] {
            assert_eq!(kind(name), None, "{name}");
        }
    }

    #[test]
    fn credentials_are_named() {
        for name in [
            "password",
            "DB_PASSWORD",
            "smtpPass",
            "dbpasswd",
            "user.password",
            "password2",
            "PGPASSWORD",
            "wgDBpassword",
        ] {
            assert_eq!(kind(name), Some((Kind::Password, true)), "{name}");
        }
        for name in [
            "config.secret",
            "api_key",
            "apiKey",
            "X-Api-Key",
            "clientSecret",
            "secret_key_base",
            "githubtoken",
            "AUTH_KEY",
            "apiKeyTest",
            "azurestorageaccountkey",
            "-storagekey",
        ] {
            assert_eq!(kind(name), Some((Kind::Token, true)), "{name}");
        }
    }

    #[test]
    fn what_is_about_a_credential_is_none() {
        for name in [
            "passwordPolicy",
            "tokenType",
            "secretName",
            "password_hint",
            "API_KEY_HEADER",
            "public_key",
            "cache_key",
            "key",
            "max_tokens",
            "page_token",
            "issuerKeyHash",
            "nonMatchingToken",
            "keyId",
            "compass",
            "bypass",
            "monkey",
            "showPassword",
            "passage",
        ] {
            assert_eq!(kind(name), None, "{name}");
        }
    }

    #[test]
    fn what_was_made_up_or_is_sealed_is_no_credential() {
        for name in [
            "mockAccessToken",
            "exampleStrongPassword",
            "Kms-Sealed-Key",
            "EncryptedPrivateKey",
            "wrappedSigningKey",
            "CustomerKeyMD5",
            "clientSecretHash",
            "apk-key-hash",
            "firstPass",
            "fastcgi_pass",
            "FORMAT_KEY",
        ] {
            assert_eq!(kind(name), None, "{name}");
        }
        for name in ["passwordHash", "db_pass", "encryptionKey", "masterKey", "PGPASSWORD"] {
            assert!(kind(name).is_some(), "{name}");
        }
    }

    #[test]
    fn a_list_goes_on_from_its_token() {
        assert!(goes_on(b"next_token") && goes_on(b"nextPageToken") && goes_on(b"previous_token"));
        assert!(!goes_on(b"token") && !goes_on(b"access_token") && !goes_on(b"next_key"));
    }

    #[test]
    fn the_country_of_a_language_is_no_password() {
        let read = |name: &str| super::read(name.as_bytes(), &(name.len() - 2..name.len()));
        assert!(read("en_PW").is_none() && read("db_PW").is_some() && read("wifi_PW").is_some());
    }

    #[test]
    fn a_setter_names_what_it_sets() {
        let set = |name: &'static str| &name[set_by(name.as_bytes())..];
        assert_eq!(
            (set("client.setSecret"), set("withPassword"), set("set_token")),
            ("Secret", "Password", "_token")
        );
        assert_eq!(
            (set("settings"), set("resetPassword"), set("a.password")),
            ("settings", "resetPassword", "a.password")
        );
    }

    #[test]
    fn a_thing_may_have_a_password_though_its_key_is_none() {
        for name in
            ["REDIS_PASSWORD", "CI_REGISTRY_PASSWORD", "storagePassword", "session_password", "sitePwd"]
        {
            assert_eq!(kind(name), Some((Kind::Password, true)), "{name}");
        }
        for name in ["REDIS_TOKEN", "CARGO_REGISTRY_TOKEN", "S3_SECRET", "deviceSecret", "hash_salt"] {
            assert!(kind(name).is_some(), "{name}");
        }
        for name in
            ["redis_key", "registryKey", "page_token", "device_token", "show_password", "read_password"]
        {
            assert_eq!(kind(name), None, "{name}");
        }
    }

    #[test]
    fn an_unknown_word_after_it_makes_a_name_unclear() {
        assert_eq!(kind("DB_PASSWORD_ACME"), Some((Kind::Password, false)));
    }
}

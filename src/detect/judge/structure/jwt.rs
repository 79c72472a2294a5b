//! JSON Web Tokens (RFC 7519): three parts of base64url, the first a JSON header with an `alg`.

use serde_json::Value;

use super::{Shape, token};
use crate::detect::lexicon::words;

/// A signed token; keys that are meant for the public and the token of the textbooks are something else.
pub(super) fn look(secret: &[u8]) -> Shape {
    let Some((header, claims)) = parts(secret) else {
        return Shape::Foreign("its header is no JSON with 'alg'");
    };
    if header["alg"].as_str().is_some_and(|alg| alg.eq_ignore_ascii_case("none")) {
        return Shape::Public("is not signed");
    }
    // RFC 9449: signed anew for each request, with a key that is not in it.
    if header["typ"].as_str().is_some_and(|typ| typ.eq_ignore_ascii_case("dpop+jwt")) {
        return Shape::Public("proves a key for one request only");
    }
    // What NATS says of operators, accounts and users: it is handed out, and a seed is what opens them. A bearer's says so.
    let nats = header["alg"].as_str().is_some_and(|alg| alg.starts_with("ed25519"));
    if nats && claims["nats"]["bearer_token"] != true {
        return Shape::Public("names an account of NATS, which its seed opens");
    }
    let text = |claim: &str| claims[claim].as_str().unwrap_or_default();
    if text("role") == "anon" && (text("iss") == "supabase" || text("iss") == "supabase-demo") {
        return Shape::Public("is the public key of a Supabase project");
    }
    if matches!(text("name"), "John Doe" | "Jane Doe")
        || text("sub") == "1234567890"
        || text("iss") == "supabase-demo"
        || text("some") == "payload"
    {
        return Shape::Public("is the example of the documentation");
    }
    if claims.as_object().is_some_and(|map| map.values().any(|claim| !claim.is_number()))
        && says_nothing(&claims)
    {
        return Shape::Public("says nothing but words that stand for something");
    }
    // Not proven: the kinds that say more (a provider's own tokens) come first.
    Shape::Plain
}

/// Whether a token says that it is good for a day at most.
pub(in crate::detect::judge) fn is_short_lived(secret: &[u8]) -> bool {
    let Some((_, claims)) = parts(secret) else { return false };
    let from = ["iat", "nbf", "auth_time"].iter().find_map(|claim| claims[claim].as_f64());
    from.zip(claims["exp"].as_f64()).is_some_and(|(from, to)| (0.0..=86_400.0).contains(&(to - from)))
}

/// Whether a token says nothing but when it is good.
pub(in crate::detect::judge) fn says_only_when(secret: &[u8]) -> bool {
    parts(secret).is_some_and(|(_, claims)| claims.is_object() && says_nothing(&claims))
}

/// Whether all that a token says are stand-ins, and when: `{"foo":"bar"}`, `{"sub":"alice","iat":0}`, `{"exp":1}`. What claims
/// are called by stands in for them, too: `{"sub":"test-subject","scope":"message:read"}`.
fn says_nothing(claims: &Value) -> bool {
    const CALLED: &[&[u8]] =
        &[b"", b"subject", b"audience", b"issuer", b"message", b"read", b"write", b"scope"];
    match claims {
        Value::Array(all) => all.iter().all(says_nothing),
        Value::Object(map) => map.iter().all(|(name, value)| {
            matches!(name.as_str(), "iat" | "nbf" | "exp") && value.is_number() || says_nothing(value)
        }),
        Value::String(text) => {
            let mut parts = text.as_bytes().split(|b| !b.is_ascii_alphanumeric());
            let lists = [words::DUMMY, words::PLACEHOLDER, words::MADE_UP];
            parts.all(|word| CALLED.contains(&word) || lists.iter().any(|list| words::holds(list, word)))
        }
        _ => false,
    }
}

/// Whether a value is a token whose claims are encrypted (RFC 7516): five parts, and a header that says how. Or it begins as one
/// that says that it is not signed.
pub(in crate::detect::judge) fn is_sealed_token(text: &[u8]) -> bool {
    if !text.starts_with(b"eyJ") {
        return false;
    }
    let mut parts = text.split(|b| *b == b'.');
    let header =
        parts.next().and_then(token::base64).and_then(|json| serde_json::from_slice::<Value>(&json).ok());
    let Some(header) = header else { return false };
    let unsigned = header["alg"].as_str().is_some_and(|alg| alg.eq_ignore_ascii_case("none"));
    unsigned || header["enc"].is_string() && parts.count() == 4
}

/// Whether the value begins as such a token does and has a header that can be read. What is encrypted, or opaque, is
/// for the rules that go by names.
pub(in crate::detect::judge) fn is_web_token(text: &[u8]) -> bool {
    let claims =
        |text: &[u8]| memchr::memchr(b'.', text).is_some_and(|at| text[at + 1..].starts_with(b"eyJ"));
    text.starts_with(b"eyJ") && claims(text) && parts(text).is_some()
}

/// The key of a Supabase project that row-level security does not hold back.
pub(super) fn supabase_service(secret: &[u8]) -> Shape {
    let claims = parts(secret).map_or(Value::Null, |(_, claims)| claims);
    if claims["role"] == "service_role" && claims["iss"] == "supabase" {
        Shape::Proven("says that it is the service role of a Supabase project")
    } else {
        Shape::Foreign("is no service role of Supabase")
    }
}

/// The header, which must name an algorithm, and the claims, which may be encrypted. Some leave the algorithm out, since
/// who makes the token reads it, too: there the claims must be those of a token.
fn parts(secret: &[u8]) -> Option<(Value, Value)> {
    let mut parts = secret.split(|b| *b == b'.');
    let mut json = || serde_json::from_slice::<Value>(&token::base64(parts.next()?)?).ok();
    let header = json().filter(Value::is_object)?;
    let claims = json().unwrap_or(Value::Null);
    (header["alg"].is_string() || registered(&claims) >= 2).then_some((header, claims))
}

/// How many of the claims are those that every reader knows (RFC 7519, section 4.1).
fn registered(claims: &Value) -> usize {
    const KNOWN: &[&str] = &["iss", "sub", "aud", "exp", "nbf", "iat", "jti"];
    KNOWN.iter().filter(|name| !claims[**name].is_null()).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_life_of_a_token_is_told_by_its_claims() {
        let token = |claims: &str| {
            let template = format!("<b64urlof:{{\"alg\":\"HS256\"}}>.<b64urlof:{claims}>.<b64url:43>");
            crate::rule::example::expand(&template).unwrap().text.into_bytes()
        };
        assert!(is_short_lived(&token("{\"sub\":\"u4\",\"iat\":1700000000,\"exp\":1700003600}")));
        assert!(!is_short_lived(&token("{\"sub\":\"u4\",\"iat\":1700000000,\"exp\":1800000000}")));
        assert!(!is_short_lived(&token("{\"sub\":\"u4\",\"iat\":1700000000}")));
        assert!(says_only_when(&token("{\"iat\":1700000000,\"exp\":1800000000}")));
        assert!(!says_only_when(&token("{\"sub\":\"u4\",\"exp\":1800000000}")));
    }

    #[test]
    fn claims_of_stand_ins_say_nothing() {
        let says = |text: &str| says_nothing(&serde_json::from_str(text).unwrap());
        assert!(says(r#"{"foo":"bar"}"#) && says(r#"{"data":{"hello":"world"},"nbf":0,"iat":0}"#));
        assert!(says(r#"{"sub":"username:bob"}"#) && says(r#"{"exp":1700000000}"#));
        assert!(says(r#"{"sub":"mock-subject","scp":["message:read"],"scope":"","exp":1700000000}"#));
        assert!(
            !says(r#"{"sub":"u48213"}"#) && !says(r#"{"id":7}"#) && !says(r#"{"iss":"https://id.acme.io"}"#)
        );
    }
    use crate::rule::example::expand;

    fn jwt(header: &str, claims: &str) -> Vec<u8> {
        expand(&format!("<b64urlof:{header}>.<b64urlof:{claims}>.<b64url:43>")).unwrap().text.into_bytes()
    }

    #[test]
    fn a_header_needs_alg() {
        assert_eq!(look(&jwt(r#"{"alg":"HS256"}"#, r#"{"sub":"42"}"#)), Shape::Plain);
        assert!(matches!(look(&jwt(r#"{"typ":"JWT"}"#, r#"{"sub":"42"}"#)), Shape::Foreign(_)));
        assert!(matches!(look(&jwt(r#"{"alg":"none"}"#, r#"{"sub":"42"}"#)), Shape::Public(_)));
        // Without it the claims must be those of a token.
        let claims = r#"{"iss":"https://id.acme.io","exp":1900000000}"#;
        assert_eq!(look(&jwt(r#"{"typ":"JWT"}"#, claims)), Shape::Plain);
        assert!(matches!(look(&jwt(r#"["typ"]"#, claims)), Shape::Foreign(_)));
        let account = |more: &str| {
            jwt(
                r#"{"typ":"jwt","alg":"ed25519-nkey"}"#,
                &format!(r#"{{"sub":"U42","nats":{{"type":"user"{more}}}}}"#),
            )
        };
        assert!(matches!(look(&account("")), Shape::Public(_)));
        assert_eq!(look(&account(r#","bearer_token":true"#)), Shape::Plain);
        let proof = jwt(r#"{"typ":"dpop+jwt","alg":"ES256"}"#, r#"{"htm":"GET","jti":"42"}"#);
        assert!(matches!(look(&proof), Shape::Public(_)));
    }

    #[test]
    fn what_has_no_claims_to_read_is_no_web_token() {
        assert!(is_web_token(&jwt(r#"{"alg":"HS256"}"#, r#"{"sub":"42"}"#)));
        let encrypted =
            expand(r#"<b64urlof:{"alg":"dir"}>..<b64url:16>.<b64url:40>.<b64url:22>"#).unwrap().text;
        assert!(!is_web_token(encrypted.as_bytes()) && !is_sealed_token(encrypted.as_bytes()));
        let sealed = r#"<b64urlof:{"alg":"dir","enc":"A128GCM"}>..<b64url:16>.<b64url:40>.<b64url:22>"#;
        let sealed = expand(sealed).unwrap().text;
        assert!(is_sealed_token(sealed.as_bytes()) && !is_sealed_token(&sealed.as_bytes()[..60]));
        assert!(is_sealed_token(expand(r#"<b64urlof:{"alg":"none"}>.aa.aa"#).unwrap().text.as_bytes()));
    }

    #[test]
    fn a_public_key_of_supabase_is_no_secret_and_a_service_role_is() {
        let anon = jwt(r#"{"alg":"HS256"}"#, r#"{"iss":"supabase","role":"anon"}"#);
        assert!(matches!(look(&anon), Shape::Public(_)));
        let service = jwt(r#"{"alg":"HS256"}"#, r#"{"iss":"supabase","role":"service_role"}"#);
        assert!(matches!(supabase_service(&service), Shape::Proven(_)));
        assert!(matches!(supabase_service(&anon), Shape::Foreign(_)));
    }
}

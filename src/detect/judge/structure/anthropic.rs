//! Anthropic: the body is 64 bytes in base64url (86 characters), a `-`, and 6 bytes (8 characters) that end
//! in `AA`; a session key of the second kind has 16 bytes (22 characters) and a `-` before them. Measured on
//! published revoked keys; the provider documents only the prefix.

use super::Shape;

/// Whether the body behind `sk-ant-kind-` has both parts.
pub(super) fn look(secret: &[u8]) -> Shape {
    let Some(body) = secret.splitn(4, |b| *b == b'-').nth(3) else { return Shape::Odd("has no body") };
    let body = if body.len() == 118 && body[22] == b'-' { &body[23..] } else { body };
    if body.len() != 95 || !body.ends_with(b"AA") {
        Shape::Odd("is not built of 86 and 8 characters as these keys are")
    } else if body[86] == b'-' && matches!(body[85], b'A' | b'Q' | b'g' | b'w') {
        Shape::Proven("is built of 86 and 8 characters as these keys are")
    } else {
        Shape::Plain
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::example::expand;

    #[test]
    fn both_parts_prove_and_a_shorter_body_is_odd() {
        let key = |template: &str| expand(template).unwrap().text.into_bytes();
        assert!(matches!(look(&key("sk-ant-api03-<b64url:85>Q-<b64url:6>AA")), Shape::Proven(_)));
        assert!(matches!(
            look(&key("sk-ant-sid02-<b64url:21>Q-<b64url:85>w-<b64url:6>AA")),
            Shape::Proven(_)
        ));
        assert_eq!(look(&key("sk-ant-api03-<alnum:93>AA")), Shape::Plain);
        assert!(matches!(look(&key("sk-ant-api03-<alnum:80>")), Shape::Odd(_)));
    }
}
